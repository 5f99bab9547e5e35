package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"quxiang/model"
)

// Proofs is what template "proofs" draws: proof material (证明材料), with a form
// for more of it where that is allowed.
type Proofs struct {
	Key    string // id of the block; "" is proofs
	Form   string // id of a form on the page that is sent along with every button here, so that nothing typed is lost
	Title  string
	Hint   string // what is asked for
	Items  []ProofTile
	Empty  string // said where there are none; "" draws nothing then
	Upload *ProofUpload
}

// ProofTile is one proof: a small picture, or a tile that says PDF.
type ProofTile struct {
	Href   string
	Thumb  string // address of the small picture; "" for a PDF
	Name   string // alternative text and caption
	Note   string // size and time
	Beside bool   // opens beside the page, which somebody is deciding on
	Remove *Post
}

// ProofUpload is the form for more proofs. It needs no script: browsers of
// phones offer camera and album by themselves.
type ProofUpload struct {
	Action string
	Field  Field // of the files
}

// ProofField is the field for files with what is taken in its hint; more is how
// many may be added.
func ProofField(more int, fault string) Field {
	return Field{
		Name: "proof", Label: "选择照片或文件", Type: "file", Accept: "image/jpeg,image/png,image/webp,application/pdf", Error: fault,
		Hint: fmt.Sprintf("还可上传 %d 个，可一次选多个。照片、截图或 PDF，每个不超过 %d MB；照片中的位置等信息会自动去除。", more, model.MaxProofSize>>20),
	}
}

// TileOf is a proof as a tile whose content is at path and below it.
func TileOf(p model.Proof, path string) ProofTile {
	t := ProofTile{Href: path, Name: p.Name, Note: proofSize(p.Size) + "，" + model.Minute(p.At)}
	if p.Type == model.ProofJPEG {
		t.Thumb = path + "/thumb"
	}
	if t.Name == "" {
		t.Name = "未命名"
	}
	return t
}

// proofSize writes a size in bytes for people.
func proofSize(n int) string {
	if n < 1<<20 {
		return strconv.Itoa((n+1023)>>10) + " KB"
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// SendProof answers with the content of a proof, or its thumbnail. A picture is
// ours, made anew, and may be shown; a PDF is as somebody uploaded it, and is
// saved instead of opened within our pages. Neither can do anything here, and
// nothing keeps a copy.
func SendProof(c *gin.Context, p model.Proof, content []byte) {
	contentType, disposition, name := "image/jpeg", "inline", "jpg"
	if p.Type == model.ProofPDF {
		contentType, disposition, name = "application/pdf", "attachment", "pdf"
	}
	h := c.Writer.Header()
	h.Set("Content-Disposition", fmt.Sprintf(`%s; filename="proof-%d.%s"`, disposition, p.ID, name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'") // the style is the browser's own, around a picture
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	c.Data(http.StatusOK, contentType, content)
}
