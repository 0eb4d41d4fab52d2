// Command openapifix turns the OpenAPI document of gnostic's plugin into the one
// that is true of our server: which fields are always there, what an error looks
// like, who may call what. It reads the descriptors that protoc wrote beside it.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

func main() {
	in := flag.String("in", "", "openapi.yaml of protoc-gen-openapi, made with fq_schema_naming=true")
	set := flag.String("descriptors", "", "file of protoc --descriptor_set_out --include_imports")
	out := flag.String("out", "", "where to write the result")
	flag.Parse()
	if err := run(*in, *set, *out); err != nil {
		fmt.Fprintln(os.Stderr, "openapifix:", err)
		os.Exit(1)
	}
}

func run(in, descriptors, out string) error {
	source, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(descriptors)
	if err != nil {
		return err
	}
	var files descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(raw, &files); err != nil {
		return fmt.Errorf("%s: %w", descriptors, err)
	}
	fixed, err := fix(source, &files)
	if err != nil {
		return err
	}
	return os.WriteFile(out, fixed, 0o644)
}

// fix is deterministic: it keeps the order of the document and of the protos.
func fix(source []byte, files *descriptorpb.FileDescriptorSet) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(source, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 {
		return nil, fmt.Errorf("the document is empty")
	}
	root := doc.Content[0]
	c, err := readContract(files)
	if err != nil {
		return nil, err
	}
	setInfo(&doc, root)
	fixSchemas(root, c)
	renameRefs(root, c)
	if err := fixOperations(root, c); err != nil {
		return nil, err
	}
	if err := addComponents(root); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&doc); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

func setInfo(doc, root *yaml.Node) {
	doc.HeadComment, root.HeadComment = "Made by app/api/generate.sh from the protos. DO NOT EDIT.", ""
	for _, n := range root.Content {
		n.HeadComment = ""
	}
	set(root, "info", parse(`
title: Zhuxin API
description: Trade credit for the subsidiaries of a group. Money is in fen as a decimal string, volume in thousandths of a cubic metre, percentages in basis points, dates as YYYY-MM-DD.
version: v1
`))
}
