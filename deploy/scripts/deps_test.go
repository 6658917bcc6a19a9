// Package scripts_test runs the scripts of this folder with stand-ins for the
// programs of the system.
package scripts_test

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestDeps(t *testing.T) {
	script, err := filepath.Abs("deps.sh")
	if err != nil {
		t.Fatal(err)
	}
	standIns, err := filepath.Abs("testdata/bin")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("DEPS", script)
			env.Setenv("BIN", standIns)
			env.Setenv("PATH", standIns+":/usr/bin:/bin")
			env.Setenv("POLICY_RC_D", filepath.Join(env.WorkDir, "policy-rc.d"))
			return nil
		},
	})
}
