// Command quxiang is the backend of a WeChat official account for graduate
// destination registration (毕业去向登记).
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // deadlines are in Asia/Shanghai whatever the machine has

	"github.com/spf13/cobra"

	"quxiang/model"
)

// Exit codes: 0 done, 1 failed, 2 wrong use.
const (
	exitFailed = 1
	exitUsage  = 2
)

// errUsage marks errors in the command line itself.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run is main without the process, for tests.
func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(root.ErrOrStderr(), err)
		return exitUsage
	default:
		fmt.Fprintln(root.ErrOrStderr(), told(err))
		return exitFailed
	}
}

// told is what an error says on the terminal: a refusal its sentence for
// people, a failure of our own or of the machine everything that is known.
func told(err error) string {
	switch model.CodeOf(err) {
	case model.CodeInternal, model.CodeUnavailable:
		return err.Error()
	default:
		return messageOf(err)
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "quxiang",
		Short:         "毕业去向登记：微信公众号后台",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w: %w\n%s", errUsage, err, c.UsageString())
	})
	root.AddCommand(
		newServe(), newSandbox(), newSimulate(), newSeed(), newMigrate(), newImport(), newExport(),
		newJob(), newOperator(), newUpstream(), newDesk(), newKeysCommand(), newFormKey(), newMenu(), newVerify(), newVersion(),
	)
	usageErrors(root)
	return root
}

// usageErrors makes wrong arguments and unknown subcommands wrong use, at every
// level.
func usageErrors(c *cobra.Command) {
	check := c.Args
	if c.HasSubCommands() {
		check = cobra.NoArgs
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return fmt.Errorf("%w: %w\n%s", errUsage, err, c.UsageString())
		}
		return nil
	}
	for _, sub := range c.Commands() {
		usageErrors(sub)
	}
}
