package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// authorities returns a folder with the server's authority, in the layout that
// OpenSSL looks certificates up in.
func (s *scene) authorities(ctx context.Context) (string, error) {
	dir := s.file("authorities")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	pem, err := os.ReadFile(s.server.CAFile)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "authority.pem"), pem, 0o644); err != nil {
		return "", err
	}
	return dir, exec.CommandContext(ctx, "openssl", "rehash", dir).Run()
}
