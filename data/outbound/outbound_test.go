package outbound_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"zhuxin/data/outbound"
)

// refused are addresses that a subsidiary could type in to look around; each is
// some way to write or reach an address that is not public.
var refused = []string{
	"127.0.0.1", "127.1", "127.255.255.254", "0.0.0.0", "0", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "localhost.", "[::1]", "[::]",
	"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
	"169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
	"203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "[fc00::1]", "[fd12:3456::1]", "[fe80::1]", "[fe80::1%25lo]",
	"[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[100::1]", "[fec0::1]",
}

func TestNoWayIntoOurOwnNetwork(t *testing.T) {
	t.Parallel()
	var connected atomic.Int32
	l, err := net.Listen("tcp", ":0") // every address of this machine
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{ConnState: func(net.Conn, http.ConnState) { connected.Add(1) }}}
	s.Start()
	t.Cleanup(s.Close)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	client := outbound.Client(outbound.Config{})
	for _, host := range refused {
		res, err := get(t.Context(), client, "http://"+host+":"+port+"/")
		if err == nil {
			_ = res.Body.Close()
			t.Errorf("%s answered", host)
		}
	}
	if n := connected.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
	if _, err := get(t.Context(), client, "http://127.0.0.1:"+port+"/"); !errors.Is(err, outbound.ErrForbidden) {
		t.Errorf("the cause is not told: %v", err)
	}
}

// What the operator allows is reached, and leads nowhere else by a redirect.
func TestAllowedNetworks(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/", http.StatusFound))
	t.Cleanup(s.Close)
	private, err := outbound.Networks([]string{"127.0.0.1", "10.20.0.0/16"})
	if err != nil {
		t.Fatal(err)
	}
	res, err := get(t.Context(), outbound.Client(outbound.Config{Private: private}), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusFound {
		t.Errorf("the redirect was followed: %s", res.Status)
	}
	if _, err := outbound.Networks([]string{"erp.example"}); err == nil {
		t.Error("a name was taken for a network")
	}
}

func get(ctx context.Context, c *http.Client, url string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return c.Do(r)
}
