package pdf

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/quick"
	"time"
)

func sample(lang Lang, rows int) *Document {
	d := New(Head{Title: "信用评级决策书", Subtitle: "华东混凝土有限公司 · 编号 R-2026-0001", Footer: "华东混凝土有限公司", Lang: lang,
		At: time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)})
	d.Heading("客户 Customer").Pairs(Pair{"客户名称", "江苏恒泰建设集团有限公司"}, Pair{"统一社会信用代码", "91110000600037341L"},
		Pair{"信用等级", "B"}, Pair{"最大赊销额度", "¥5,000,000.00"}, Pair{"说明", strings.Repeat("合同约定月结百分之七十,余款按节点支付。", 12)})
	d.Heading("指标")
	t := Table{Columns: []Column{{Title: "指标", Width: 3}, {Title: "取值与来源", Width: 5}, {Title: "权重", Width: 1, Right: true}, {Title: "得分", Width: 1, Right: true}}}
	for i := range rows {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("指标 %d", i), "41.20 % · 逾期 ÷ 应收,取自应收数据", "15.00", "50.00"})
	}
	t.Total = []string{"合计", "", "100.00", "66.25"}
	return d.Table(t).Paragraph("复核意见:同意。").Note("Sources as of 2026-11-20").Signatures("业务员", "审批人")
}

func pages(t *testing.T, d *Document) [][]string {
	t.Helper()
	first, err := d.lay(0)
	if err != nil {
		t.Fatal(err)
	}
	l, err := d.lay(len(first.drawn))
	if err != nil {
		t.Fatal(err)
	}
	return l.drawn
}

func TestTableBreaksWithItsHeadRepeated(t *testing.T) {
	t.Parallel()
	ps := pages(t, sample(ZH, 120))
	if len(ps) < 3 {
		t.Fatalf("%d pages", len(ps))
	}
	seen := 0
	for i, p := range ps {
		if p[0] != fmt.Sprintf("第 %d 页 / 共 %d 页", i+1, len(ps)) {
			t.Errorf("page %d says %q", i+1, p[0])
		}
		rows := 0
		for _, s := range p {
			if strings.HasPrefix(s, "指标 ") {
				rows++
			}
		}
		if rows > 0 && !slices.Contains(p, "取值与来源") {
			t.Errorf("page %d has rows without the head", i+1)
		}
		seen += rows
	}
	if seen != 120 {
		t.Errorf("%d of 120 rows are drawn", seen)
	}
	if ps := pages(t, sample(EN, 1)); ps[0][0] != "Page 1 of 1" {
		t.Errorf("%q", ps[0][0])
	}
}

// A cell of several pages is cut, and loses nothing.
func TestARowHigherThanAPage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("一二三四五六七八九十", 400)
	ps := pages(t, New(Head{Title: "x"}).Table(Table{Columns: []Column{{Title: "a", Width: 1}, {Title: "b", Width: 1}}, Rows: [][]string{{"k", long}, {"after"}}}))
	all := ""
	for _, p := range ps {
		for _, s := range p {
			if strings.ContainsAny(s, "一二三四五六七八九十") {
				all += s
			}
		}
	}
	if len(ps) < 3 || all != long {
		t.Errorf("%d pages, %d of %d characters", len(ps), len([]rune(all)), len([]rune(long)))
	}
}

func TestFileIsWholeAndAlike(t *testing.T) {
	t.Parallel()
	var (
		wg  sync.WaitGroup
		out = make([][]byte, 4)
	)
	for i := range out {
		wg.Go(func() {
			var err error
			if out[i], err = sample(ZH, 30).Bytes(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	b := out[0]
	if !bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.Contains(b[len(b)-64:], []byte("%%EOF")) || !bytes.Contains(b, []byte("/ToUnicode")) {
		t.Error("not a whole file whose text can be searched")
	}
	if len(b) > 120_000 {
		t.Errorf("%d bytes: the font is not a subset", len(b))
	}
	for _, other := range out[1:] {
		if !bytes.Equal(b, other) {
			t.Error("the same document gives other bytes")
		}
	}
	if path := os.Getenv("ZHUXIN_PDF_OUT"); path != "" {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatCannotBePrinted(t *testing.T) {
	t.Parallel()
	ps := pages(t, New(Head{Title: "a\u202eb\x00c"}).Paragraph("行一\r\n行二\t末").Paragraph("").Pairs().Table(Table{}))
	for _, want := range []string{"abc", "行一", "行二 末"} {
		if !slices.Contains(ps[0], want) {
			t.Errorf("no %q in %q", want, ps[0])
		}
	}
	if _, err := New(Head{Title: "𠮷 🚚 ﷽"}).Bytes(); err != nil {
		t.Errorf("glyphs that the font lacks: %v", err)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	one := func(r rune) float64 {
		if wide(r) {
			return 2
		}
		return 1
	}
	for _, c := range []struct {
		text string
		most float64
		want []string
	}{
		{"", 10, []string{""}},
		{"混凝土客户", 6, []string{"混凝土", "客户"}},
		{"混凝土\uff0c客户", 6, []string{"混凝", "土\uff0c客", "户"}},
		{"约定《合同》", 6, []string{"约定", "《合", "同》"}},
		{"cement and gravel", 10, []string{"cement and", "gravel"}},
		{"cement gravel", 8, []string{"cement", "gravel"}},
		{"91110000600037341L", 10, []string{"9111000060", "0037341L"}},
		{"a\n\nb", 10, []string{"a", "", "b"}},
	} {
		if got := wrap(c.text, c.most, one); !slices.Equal(got, c.want) {
			t.Errorf("%q at %v: %q, want %q", c.text, c.most, got, c.want)
		}
	}
	// Nothing is lost but spaces at breaks, and no line is too wide.
	err := quick.Check(func(s string, n uint8) bool {
		most := float64(n%40) + 2
		joined := ""
		for _, l := range wrap(s, most, one) {
			w := 0.0
			for _, r := range l {
				w += one(r)
			}
			if w > most {
				return false
			}
			joined += l
		}
		strip := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		return strip(joined) == strip(clean(s))
	}, &quick.Config{MaxCount: 2000})
	if err != nil {
		t.Error(err)
	}
}
