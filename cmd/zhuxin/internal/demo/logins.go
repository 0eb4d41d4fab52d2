package demo

// Login is one person of the demo.
type Login struct {
	Role, Where, Name, Email string
}

// Logins are the people of the demo; they share one password, which is printed
// at the start and good for nothing but the demo on this machine.
type Logins struct {
	Password string
	People   []Login
}

// HQAdmin is the first administrator of HQ.
func (l Logins) HQAdmin() Login { return l.People[0] }

// Of gives the person of a subsidiary (0, 1, 2) with a role.
func (l Logins) Of(subsidiary int, role string) Login {
	for _, p := range l.People {
		if p.Where == subsidiaryKeys[subsidiary] && p.Role == role {
			return p
		}
	}
	return Login{}
}

var subsidiaryKeys = []string{"huadong", "jiangnan", "beian"}

// people lists everybody: three at HQ, eight in each subsidiary.
func people() []Login {
	out := []Login{
		{"hq_administrator", "hq", "郑总部", "hq.admin@zhuxin.example"},
		{"hq_credit_controller", "hq", "钱风控", "hq.controller@zhuxin.example"},
		{"hq_viewer", "hq", "孟观察", "hq.viewer@zhuxin.example"},
	}
	names := [][]string{
		{"沈管理", "王销售", "李销售", "周复核", "吴审批", "冯财务", "韩调度", "杨查看"},
		{"许管理", "何销售", "吕销售", "施复核", "张审批", "孔财务", "曹调度", "严查看"},
		{"华管理", "金销售", "魏销售", "陶复核", "姜审批", "戚财务", "谢调度", "邹查看"},
	}
	roles := []string{"administrator", "salesperson", "salesperson", "credit_reviewer", "approver", "finance", "dispatcher", "viewer"}
	local := []string{"admin", "sales1", "sales2", "reviewer", "approver", "finance", "dispatcher", "viewer"}
	for s, key := range subsidiaryKeys {
		for i, r := range roles {
			out = append(out, Login{r, key, names[s][i], local[i] + "@" + key + ".example"})
		}
	}
	return out
}
