package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"zhuxin/app/conf"
)

func settingsCommand() *cobra.Command {
	return &cobra.Command{Use: "settings", Short: "list every setting: variable, key in the file, preset, meaning", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "VARIABLE\tKEY\tPRESET\tMEANING")
			for _, s := range conf.Settings() {
				preset := s.Default
				if s.Secret {
					preset = "(secret)"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Env, s.Key, preset, s.Doc)
			}
			return w.Flush()
		}}
}
