package config

import "testing"

func TestQuietHours(t *testing.T) {
	tests := []struct {
		text     string
		bad      bool
		in, outs []Clock
	}{
		{text: "22:00-08:00", in: []Clock{22 * 60, 0, 8*60 - 1}, outs: []Clock{8 * 60, 12 * 60, 22*60 - 1}},
		{text: "12:30-14:00", in: []Clock{12*60 + 30, 14*60 - 1}, outs: []Clock{0, 12*60 + 29, 14 * 60}},
		{text: "22:00-00:00", in: []Clock{22 * 60, 1439}, outs: []Clock{0, 22*60 - 1}},
		{text: "off", outs: []Clock{0, 720, 1439}},
		{text: "08:00-08:00", bad: true},
		{text: "8:00-9:00", bad: true},
		{text: "22:00", bad: true},
		{text: "22:00-24:00", bad: true},
		{text: "22:00-08:60", bad: true},
		{text: "22:00-08:00-09:00", bad: true},
		{text: "", bad: true},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			kept := QuietHours{From: 1, Until: 2}
			q := kept
			if err := q.UnmarshalText([]byte(tt.text)); (err != nil) != tt.bad {
				t.Fatalf("UnmarshalText = %v", err)
			}
			if tt.bad {
				if q != kept {
					t.Errorf("a bad text changed the value to %v", q)
				}
				return
			}
			if q.String() != tt.text {
				t.Errorf("String = %q", q)
			}
			for _, c := range tt.in {
				if !q.Contains(c) {
					t.Errorf("%s does not contain %s", q, c)
				}
			}
			for _, c := range tt.outs {
				if q.Contains(c) {
					t.Errorf("%s contains %s", q, c)
				}
			}
		})
	}
}
