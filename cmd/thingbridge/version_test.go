package main

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheVersionIsThatOfTheLinkerOrElseOfTheCompiler(t *testing.T) {
	stamped := &debug.BuildInfo{
		Main:     debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "abc"}},
	}
	tests := []struct {
		name, linked            string
		info                    *debug.BuildInfo
		wantVersion, wantCommit string
	}{
		{"neither knows it", "", nil, "devel", "unknown"},
		{"the compiler has no repository", "", &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "devel", "unknown"},
		{"the compiler knows it", "", stamped, "v1.2.3", "abc+changes"},
		{"the linker knows better", "2.0.0", stamped, "2.0.0", "abc+changes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := build{Version: tt.wantVersion, Commit: tt.wantCommit, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
			if diff := cmp.Diff(want, describe(tt.linked, tt.info)); diff != "" {
				t.Errorf("build (-want +got):\n%s", diff)
			}
		})
	}
}
