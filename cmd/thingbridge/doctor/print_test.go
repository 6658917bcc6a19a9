package doctor_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/cmd/thingbridge/doctor"
)

var printed = []doctor.Check{
	{Group: "broker house", Step: "connect", Finding: doctor.Finding{Outcome: doctor.Passed, Detail: "127.0.0.1:1883"}},
	{Group: "broker house", Step: "authenticate", Finding: doctor.Finding{Outcome: doctor.Failed, Detail: "refused\x1b[31m",
		Remedy: doctor.Remedy{Key: "adapters.house.password", Text: "write <it>"}}},
	{Group: "broker house", Step: "subscribe", Finding: doctor.Finding{Detail: "not tried"}},
	{Group: "broker attic", Step: "TLS", Finding: doctor.Finding{Outcome: doctor.Failed, Detail: "expired", Remedy: doctor.Remedy{Text: "renew it"}}},
}

func place(key string) config.Mistake {
	if key == "adapters.house.password" {
		return config.Mistake{File: "tb.yml", Line: 12}
	}
	return config.Mistake{File: "tb.yml"}
}

func TestPrint(t *testing.T) {
	tests := []struct{ name, locale, want string }{
		{"on a terminal with all characters", "de_AT.utf8", `broker house
  ✔ connect       127.0.0.1:1883
  ✘ authenticate  refused?[31m
      tb.yml:12: adapters.house.password: write <it>
  – subscribe     not tried
broker attic
  ✘ TLS           expired
      renew it
`},
		{"in the locale of services", "C", `broker house
  ok   connect       127.0.0.1:1883
  FAIL authenticate  refused?[31m
      tb.yml:12: adapters.house.password: write <it>
  -    subscribe     not tried
broker attic
  FAIL TLS           expired
      renew it
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			p := doctor.NewPrinter(&out, doctor.MarksFor(test.locale), place)
			for _, c := range printed {
				if err := p.Print(c); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPrintJSON(t *testing.T) {
	const want = `{"group":"broker house","step":"connect","outcome":"passed","detail":"127.0.0.1:1883"}
{"group":"broker house","step":"authenticate","outcome":"failed","detail":"refused\u001b[31m","remedy":"write <it>","file":"tb.yml","line":12,"key":"adapters.house.password"}
{"group":"broker house","step":"subscribe","outcome":"skipped","detail":"not tried"}
{"group":"broker attic","step":"TLS","outcome":"failed","detail":"expired","remedy":"renew it"}
`
	var out bytes.Buffer
	for _, c := range printed {
		if err := doctor.PrintJSON(&out, c, place); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
