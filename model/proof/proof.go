// Package proof judges files that were uploaded as 证明材料, by their content
// alone: what a file is called and what the browser says of it count for nothing.
//
// A picture is decoded and written anew, upright, so that whatever came with it
// (place, camera, things appended) is gone. A PDF is kept as it is, once it has
// been read through to its end; nothing here draws one. Both have bounds on
// memory and work that no file can pass, however small it is.
package proof

import (
	"bytes"

	"quxiang/model"
)

// Content is what is kept of an upload.
type Content struct {
	Type  model.ProofType
	Body  []byte
	Thumb []byte // a small JPEG; nil for a PDF
}

// Judge says what an uploaded file is and makes of it what is kept. Whatever is
// no picture or PDF that can be kept is CodeInvalid for the field proof, with
// what to do instead; one that is too large is CodeTooLarge. It takes up to
// about 200 MB of memory for a moment: callers bound how many run at once.
func Judge(upload []byte) (Content, error) {
	switch {
	case len(upload) == 0:
		return Content{}, refuse("文件是空的，请重新选择。")
	case len(upload) > model.MaxProofSize:
		return Content{}, tooLarge()
	}
	for _, kind := range pictures {
		if kind.is(upload) {
			return judgePicture(upload, kind)
		}
	}
	if isPDF(upload) {
		if err := judgePDF(upload); err != nil {
			return Content{}, err
		}
		return Content{Type: model.ProofPDF, Body: upload}, nil
	}
	return Content{}, refuse("%s", advice(upload))
}

// tooLarge is the error of a file over model.MaxProofSize.
func tooLarge() error {
	e := model.Errorf(model.CodeTooLarge, "文件超过 %d MB，请压缩或截图后再上传。", model.MaxProofSize>>20)
	e.Field = "proof"
	return e
}

func refuse(format string, args ...any) *model.Error {
	return model.Invalid("proof", format, args...)
}

// advice says what to do with a file that is not taken, by what it looks like.
func advice(b []byte) string {
	start := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(b) > 12 && string(b[4:8]) == "ftyp":
		return "这是手机的 HEIC 照片或视频，不能接收。请在手机“设置－相机－格式”中改为“兼容性最佳”后重新拍照，或截图后上传。"
	case bytes.HasPrefix(b, []byte("GIF8")), bytes.HasPrefix(b, []byte("BM")), bytes.HasPrefix(b, []byte("II*\x00")), bytes.HasPrefix(b, []byte("MM\x00*")):
		return "不接收 GIF、BMP、TIFF 图片，请截图后上传，或另存为 JPEG。"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0")):
		return "不接收 Word、OFD 等文档和压缩包，请导出为 PDF 后上传。"
	case bytes.HasPrefix(start, []byte("<")):
		return "这个文件的内容是网页或 SVG，不是照片，不能接收。请上传照片、截图或 PDF。"
	default:
		return "无法识别这个文件。请上传 JPEG、PNG、WebP 图片或 PDF。"
	}
}
