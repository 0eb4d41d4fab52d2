package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// yamlToJSON keeps the order of the keys: a page that shows the document shows
// fields as the protos have them.
func yamlToJSON(document []byte) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, err
	}
	if len(root.Content) != 1 {
		return nil, errors.New("the document is empty")
	}
	var b bytes.Buffer
	err := writeNode(&b, root.Content[0])
	return b.Bytes(), err
}

func writeNode(b *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.MappingNode:
		return writeItems(b, '{', '}', n.Content, 2)
	case yaml.SequenceNode:
		return writeItems(b, '[', ']', n.Content, 1)
	case yaml.ScalarNode:
		var v any
		if err := n.Decode(&v); err != nil {
			return err
		}
		data, err := json.Marshal(v)
		b.Write(data)
		return err
	}
	return fmt.Errorf("line %d: aliases are not supported", n.Line)
}

// writeItems writes a list (width 1) or the pairs of a mapping (width 2).
func writeItems(b *bytes.Buffer, open, end byte, items []*yaml.Node, width int) error {
	b.WriteByte(open)
	for i := 0; i < len(items); i += width {
		if i > 0 {
			b.WriteByte(',')
		}
		if width == 2 {
			key, err := json.Marshal(items[i].Value)
			if err != nil {
				return err
			}
			b.Write(key)
			b.WriteByte(':')
		}
		if err := writeNode(b, items[i+width-1]); err != nil {
			return err
		}
	}
	b.WriteByte(end)
	return nil
}
