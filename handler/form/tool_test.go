package form_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// run starts a program of Debian's on the files of a temporary folder and
// returns what it prints. Where it is missing, the test is skipped, or fails
// under `make test`.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("QUXIANG_TEST_REQUIRE") != "" {
			t.Fatalf("%s is missing: .ci/setup installs it", name)
		}
		t.Skipf("%s is missing", name)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func file(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
