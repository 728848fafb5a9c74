//go:build tools

// Package pulumi names what `make pulumi` builds: the Pulumi command line tool, at the version in
// go.mod, with go.sum holding the hash of every module it is made of.
package pulumi

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
