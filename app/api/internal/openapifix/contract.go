package main

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	accessv1 "zhuxin/app/api/access/v1"
)

// contract is what the descriptors know and gnostic's document does not say.
type contract struct {
	messages map[string]protoreflect.MessageDescriptor // by gnostic's schema name
	names    map[string]string                         // gnostic's schema name -> ours
	rules    map[string]*accessv1.Rule                 // by operationId: Service_Method
}

func readContract(set *descriptorpb.FileDescriptorSet) (*contract, error) {
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, err
	}
	c := &contract{
		messages: map[string]protoreflect.MessageDescriptor{},
		names:    map[string]string{},
		rules:    map[string]*accessv1.Rule{},
	}
	shorts := map[string][]string{}
	var fault error
	files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		c.addMessages(f.Messages(), shorts)
		fault = c.addRules(f.Services())
		return fault == nil
	})
	for short, fulls := range shorts {
		for _, full := range fulls {
			c.names[full] = short
			if len(fulls) > 1 {
				c.names[full] = domain(full) + short
			}
		}
	}
	return c, fault
}

func (c *contract) addMessages(ms protoreflect.MessageDescriptors, shorts map[string][]string) {
	for i := range ms.Len() {
		m := ms.Get(i)
		if m.IsMapEntry() {
			continue
		}
		full := string(m.FullName())
		pkg := string(m.ParentFile().Package())
		short := strings.ReplaceAll(strings.TrimPrefix(full, pkg+"."), ".", "_")
		c.messages[full], c.messages[pkg+"."+short] = m, m
		if strings.HasPrefix(pkg, "zhuxin.") {
			shorts[short] = append(shorts[short], pkg+"."+short)
		}
		c.addMessages(m.Messages(), shorts)
	}
}

func (c *contract) addRules(ss protoreflect.ServiceDescriptors) error {
	for i := range ss.Len() {
		for j := range ss.Get(i).Methods().Len() {
			m := ss.Get(i).Methods().Get(j)
			id := string(ss.Get(i).Name()) + "_" + string(m.Name())
			if _, taken := c.rules[id]; taken {
				return fmt.Errorf("two services give the operation %s; name the services apart", id)
			}
			c.rules[id], _ = proto.GetExtension(m.Options(), accessv1.E_Rule).(*accessv1.Rule)
		}
	}
	return nil
}

// domain gives Customer for zhuxin.customer.v1.Thing: messages of the same name
// in two packages are told apart by it.
func domain(full string) string {
	parts := strings.Split(full, ".")
	if len(parts) < 3 {
		return ""
	}
	var b strings.Builder
	for _, w := range strings.Split(parts[1], "_") {
		if w != "" {
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return b.String()
}

// isRequest says whether clients write the message; what they leave out has a
// default there, so nothing of it is required by the schema.
func isRequest(m protoreflect.MessageDescriptor) bool {
	name := string(m.Name())
	return strings.HasSuffix(name, "Request") || strings.HasSuffix(name, "Input")
}
