package admin

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/form"
	"quxiang/model/links"
	"quxiang/model/store"
)

// Store is what operators' pages read and change.
type Store interface {
	Operator(ctx context.Context, id model.OperatorID) (model.Operator, error)
	OperatorByName(ctx context.Context, name string) (op model.Operator, passwordHash string, err error)
	Operators(ctx context.Context) ([]model.Operator, error)
	SetPassword(ctx context.Context, id model.OperatorID, hash string, mustChange bool) error
	SetOperatorDisabled(ctx context.Context, id model.OperatorID, disabled bool, by model.Actor) error
	EndOperatorSessions(ctx context.Context, id model.OperatorID, by model.Actor) error
	Tries(ctx context.Context, key string, now time.Time) (store.Tries, error)
	AddTry(ctx context.Context, key string, window time.Duration, now time.Time) (store.Tries, error)
	ClearTries(ctx context.Context, key string) error
	Tag(purpose, value string) string

	Record(ctx context.Context, id model.GraduateID) (model.Record, error)
	Change(ctx context.Context, id model.GraduateID, f func(model.Record) (model.Change, error)) (model.Record, error)
	Graduates(ctx context.Context, scope model.Scope, f store.GraduateFilter, after store.Cursor, limit int) ([]store.GraduateRow, store.Cursor, error)
	Queue(ctx context.Context, scope model.Scope, f store.QueueFilter, after store.Cursor, limit int) ([]store.QueueRow, store.Cursor, error)
	UnitUses(ctx context.Context, of []store.GraduateRow) ([]model.UnitUse, error)
	SharesOf(ctx context.Context, of []store.GraduateRow) (store.Shares, error)
	Export(ctx context.Context, scope model.Scope, f store.ExportFilter, begin func(n int) error, each func([]model.Record) error) error
	StepCounts(ctx context.Context, scope model.Scope, cohort string) (map[model.Step]int, error)
	Cohort(ctx context.Context, code string) (model.Cohort, error)
	Cohorts(ctx context.Context) ([]model.Cohort, error)
	School(ctx context.Context, code string) (model.School, error)
	Schools(ctx context.Context) ([]model.School, error)
	SettledCounts(ctx context.Context, scope model.Scope, area store.NumberArea, by store.Split) ([]store.SettledCount, error)
	UnfinishedParts(ctx context.Context, scope model.Scope, area store.NumberArea) ([]store.PartCount, error)
	Unreached(ctx context.Context, scope model.Scope, f store.UnreachedFilter, limit int) (rows []store.UnreachedRow, more bool, err error)
	SettledDays(ctx context.Context, scope model.Scope, area store.NumberArea) ([]store.SettledDay, error)
	Messages(ctx context.Context, id model.GraduateID, limit int) ([]model.Message, error)
	Audits(ctx context.Context, scope model.Scope, f store.AuditFilter, before int64, limit int) ([]model.Audit, int64, error)
	AddAudit(ctx context.Context, a model.Audit) error
	RequestQueue(ctx context.Context, op model.Operator, kind model.RequestKind, after store.RequestCursor, limit int) ([]store.QueuedRequest, store.RequestCursor, error)
	RequestCounts(ctx context.Context, op model.Operator) (map[model.RequestKind]int, error)

	Proofs(ctx context.Context, id model.GraduateID) ([]model.Proof, error)
	ReadProof(ctx context.Context, graduate model.GraduateID, id model.ProofID, thumb bool) ([]byte, error)

	AddTask(ctx context.Context, t model.Task) (int64, error)
	Task(ctx context.Context, id int64) (model.Task, error)
	Tasks(ctx context.Context, op model.Operator, limit int) ([]model.Task, error)
	MoveTask(ctx context.Context, seen model.Task, stage model.TaskStage, state model.TaskState, a model.Audit) error
	ImportChanges(ctx context.Context, task int64) (created, changed int, err error)
	ImportActedOn(ctx context.Context, task int64, limit int) (n int, names []string, err error)
	MenuStore
	answerStore
	OpenConflicts(ctx context.Context, scope model.Scope, after store.Cursor, limit int) ([]store.ConflictRow, store.Cursor, error)
	CountOpenConflicts(ctx context.Context, scope model.Scope) (int, error)
	UpstreamKeys(ctx context.Context, school string) ([]model.UpstreamKey, error)
	Jobs(ctx context.Context) ([]store.JobRun, error)
	MessageCounts(ctx context.Context) (map[model.MessageState]int, error)
	Templates(ctx context.Context) ([]model.Template, error)
	Contacts(ctx context.Context, school string) ([]model.Contact, error)
	FindUnits(ctx context.Context, query string) ([]model.Unit, error)
	SaveUnits(ctx context.Context, units []model.Unit) (changed int, err error)
	deskStore
}

// deskStore is what the pages of departments and those about them need.
type deskStore interface {
	Desk(ctx context.Context, id model.OperatorID) (model.Desk, error)
	Desks(ctx context.Context, after string, limit int) ([]model.Desk, error)
	CreateDesk(ctx context.Context, op model.Operator, passwordHash string, d model.Desk, by model.Actor) (model.OperatorID, error)
	SaveDesk(ctx context.Context, d model.Desk, by model.Actor) error
	ResetPassword(ctx context.Context, id model.OperatorID, hash string, by model.Actor) error
	DeskUse(ctx context.Context, id model.OperatorID, now time.Time) (model.DeskUse, error)
	CheckForms(ctx context.Context, d model.Desk, c model.DeskCheck) ([]model.FormAnswer, error)
	DeskBatches(ctx context.Context, id model.OperatorID, before int64, limit int) ([]model.DeskBatch, error)
	DeskBatch(ctx context.Context, id model.OperatorID, batch string) (model.DeskBatch, error)
	DeskVerifications(ctx context.Context, id model.OperatorID, batch string) ([]store.DeskVerification, error)
	DeskVerification(ctx context.Context, id model.OperatorID, verification int64) (store.DeskVerification, error)
	AddDeskNote(ctx context.Context, n model.DeskNote, by model.Actor) error
	DeskNotesBy(ctx context.Context, id model.OperatorID, before int64, limit int) ([]model.DeskNote, error)
	DeskNotes(ctx context.Context, scope model.Scope, after int64, limit int) ([]model.DeskNote, error)
	DeskNote(ctx context.Context, id int64) (model.DeskNote, error)
	AnswerDeskNote(ctx context.Context, n model.DeskNote) error
}

// Options of a Handler.
type Options struct {
	Web     *web.Web
	Store   Store
	Links   links.Links
	Codes   func(version string) (*codes.Table, error)
	DataDir string // uploads go below it, with random names, for our user only
	Menu    Menu
	// AccountName is the official account's, as followers read it.
	AccountName string
	Form        form.Options // of the forms that departments check
	// Place names where an address is, "" where that is not known; nil knows none.
	Place    func(ip string) string
	StandOut model.StandOutLimits // zero: no number stands out
	Desk     model.DeskLimits     // how much departments may ask in a day; zero: nothing
	Hash     HashParameters       // cost of new password hashes; zero is DefaultHash
}

// Handler serves the operators' pages.
type Handler struct {
	o       Options
	uploads string // folder of uploaded rosters, below DataDir
	decoy   string // hash that is worked through for names which do not exist
	hashing chan struct{}
	exports chan struct{} // held while an export runs
	sheets  chan struct{} // held while a department's sheet is answered
}

// uploadFolder is below DataDir.
const uploadFolder = "uploads"

// parallelHashes bounds how many passwords are worked on at once, and with it
// the memory that logins can take.
const parallelHashes = 2

// New checks the options and returns a Handler.
func New(o Options) (*Handler, error) {
	if o.Web == nil || o.Store == nil || o.Codes == nil || o.Menu == nil || o.DataDir == "" {
		return nil, errors.New("admin: Web, Store, Codes, Menu and DataDir are required")
	}
	if o.Hash == (HashParameters{}) {
		o.Hash = DefaultHash
	}
	if o.Place == nil {
		o.Place = model.AddressTable{}.Place
	}
	return &Handler{
		o: o, uploads: filepath.Join(o.DataDir, uploadFolder),
		decoy: o.Hash.hash("no operator has this password"), hashing: make(chan struct{}, parallelHashes),
		exports: make(chan struct{}, parallelExports), sheets: make(chan struct{}, parallelSheets),
	}, nil
}

// Mount adds the routes, each with what it needs of the operator.
func (h *Handler) Mount(r gin.IRouter) {
	r.GET("/admin/login", h.o.Web.Do(h.loginPage))
	r.POST("/admin/login", h.o.Web.Do(h.login))
	r.POST("/admin/logout", h.o.Web.Do(h.logout))
	r.GET("/admin/password", h.signedIn(h.passwordPage))
	r.POST("/admin/password", h.signedIn(h.changePassword))

	r.GET("/admin", h.as(anybody, h.home))
	r.GET("/admin/reviews", h.as(reviewer, h.reviews))
	r.POST("/admin/reviews/chosen", h.as(reviewer, h.chosen))
	r.POST("/admin/reviews/approve", h.as(reviewer, h.approve))
	r.GET("/admin/reviews/next", h.as(reviewer, h.skip))
	r.GET("/admin/changes", h.as(reviewer, h.changes))
	r.GET("/admin/graduates/:id/timeline", h.as(may(model.ActionView), h.olderTimeline))
	r.GET("/admin/corrections", h.as(may(model.ActionCorrect), h.corrections))
	r.GET("/admin/corrections/:id/:ordinal", h.as(may(model.ActionCorrect), h.correction))
	r.POST("/admin/corrections/:id/:ordinal", h.as(may(model.ActionCorrect), h.answerCorrection))
	r.GET("/admin/disputes", h.as(may(model.ActionDispute), h.disputes))
	r.GET("/admin/disputes/:id/:ordinal", h.as(may(model.ActionDispute), h.dispute))
	r.POST("/admin/disputes/:id/:ordinal", h.as(may(model.ActionDispute), h.answerDispute))
	r.GET("/admin/conflicts", h.as(may(model.ActionUpstream), h.conflicts))
	r.POST("/admin/conflicts", h.as(may(model.ActionUpstream), h.settleConflicts))
	r.GET("/admin/conflicts/:id/:number", h.as(may(model.ActionUpstream), h.conflict))
	r.POST("/admin/conflicts/:id/:number", h.as(may(model.ActionUpstream), h.settleConflict))
	r.GET("/admin/graduates", h.as(may(model.ActionView), h.list))
	r.POST("/admin/graduates", h.as(may(model.ActionView), h.search))
	r.POST("/admin/export", h.as(may(model.ActionExport), h.export))
	r.GET("/admin/graduates/:id", h.as(may(model.ActionView), h.graduate))
	r.POST("/admin/graduates/:id/review", h.as(reviewer, h.review))
	r.POST("/admin/graduates/:id/change", h.as(reviewer, h.decideChange))
	r.GET("/admin/graduates/:id/proofs/:proof", h.as(may(model.ActionView), h.proof))
	r.GET("/admin/graduates/:id/proofs/:proof/thumb", h.as(may(model.ActionView), h.proofThumb))
	r.POST("/admin/graduates/:id/reopen", h.as(may(model.ActionReopen), h.reopen))
	r.GET("/admin/unreached", h.as(may(model.ActionExport), h.unreached))
	r.GET("/admin/statistics", h.as(may(model.ActionStatistics), h.statistics))
	r.GET("/admin/statistics/export", h.as(may(model.ActionStatistics), h.exportNumbers))
	r.GET("/admin/roster", h.as(may(model.ActionImport), h.roster))
	r.POST("/admin/roster", h.as(may(model.ActionImport), h.upload))
	r.GET("/admin/roster/:id", h.as(may(model.ActionImport), h.rosterTask))
	r.GET("/admin/roster/:id/report", h.as(may(model.ActionImport), h.report))
	r.GET("/admin/roster/:id/preview", h.as(may(model.ActionImport), h.preview))
	r.POST("/admin/roster/:id/apply", h.as(may(model.ActionImport), h.applyTask))
	r.POST("/admin/roster/:id/discard", h.as(may(model.ActionImport), h.discardTask))
	r.GET("/admin/roster/:id/undo", h.as(may(model.ActionImport), h.undoPage))
	r.POST("/admin/roster/:id/undo", h.as(may(model.ActionImport), h.undoTask))
	r.GET("/admin/units", h.as(office, h.units))
	r.POST("/admin/units", h.as(office, h.uploadUnits))
	r.GET("/admin/menu", h.as(may(model.ActionMenu), h.menu))
	h.mountMenu(r)
	r.GET(answersPath, h.as(may(model.ActionMenu), h.answers))
	r.POST(answersPath, h.as(may(model.ActionMenu), h.saveAnswer))
	r.POST(answersPath+"/remove", h.as(may(model.ActionMenu), h.removeAnswer))
	r.GET("/admin/operators", h.as(administrator, h.operators))
	r.POST("/admin/operators/:id/disabled", h.as(administrator, h.setDisabled))
	r.POST("/admin/operators/:id/logout", h.as(administrator, h.endSessions))
	r.GET(desksPath, h.as(administrator, h.desks))
	r.POST(desksPath, h.as(administrator, h.createDesk))
	r.GET(desksPath+"/new", h.as(administrator, h.newDesk))
	r.GET(desksPath+"/:id", h.as(administrator, h.editDesk))
	r.POST(desksPath+"/:id", h.as(administrator, h.saveDesk))
	r.POST(desksPath+"/:id/disabled", h.as(administrator, h.disableDesk))
	r.POST(desksPath+"/:id/password", h.as(administrator, h.resetDesk))
	r.GET(notes.path, h.as(may(model.ActionNote), h.noteQueue))
	r.GET(notes.path+"/:id", h.as(may(model.ActionNote), h.note))
	r.POST(notes.path+"/:id", h.as(may(model.ActionNote), h.answerNote))
	verifies := may(model.ActionVerify)
	r.GET(deskHome, h.as(verifies, h.desk(h.deskStart)))
	r.POST(deskCheck, h.as(verifies, h.desk(h.deskAsk)))
	r.POST(deskSheet, h.as(verifies, h.desk(h.deskSheet)))
	r.GET(deskHome+"/template", h.as(verifies, h.desk(h.deskTemplate)))
	r.GET(deskHistory, h.as(verifies, h.desk(h.deskChecks)))
	r.GET(deskHistory+"/:batch", h.as(verifies, h.desk(h.deskOneCheck)))
	r.GET(deskNotes, h.as(verifies, h.desk(h.deskNoteList)))
	r.GET(deskHome+"/verifications/:id/note", h.as(verifies, h.desk(h.deskNoteForm)))
	r.POST(deskHome+"/verifications/:id/note", h.as(verifies, h.desk(h.deskNote)))
	r.GET("/admin/jobs", h.as(may(model.ActionAudit), h.jobs))
	// A post's address that is opened as a page, after a login that came in
	// between or by going back, leads to the page that posts there.
	for path, page := range map[string]string{
		"/admin/logout":                   "/admin",
		"/admin/reviews/chosen":           "/admin/reviews",
		"/admin/reviews/approve":          "/admin/reviews",
		"/admin/graduates/:id/review":     "/admin/graduates/:id",
		"/admin/graduates/:id/change":     "/admin/graduates/:id",
		"/admin/graduates/:id/reopen":     "/admin/graduates/:id",
		"/admin/roster/:id/apply":         "/admin/roster/:id",
		"/admin/roster/:id/discard":       "/admin/roster/:id",
		"/admin/export":                   "/admin/graduates",
		"/admin/menu/publish":             "/admin/menu",
		"/admin/menu/move":                "/admin/menu",
		"/admin/menu/remove":              "/admin/menu",
		"/admin/menu/history/:id/restore": "/admin/menu/history/:id",
		"/admin/menu/history/:id/draft":   "/admin/menu/history/:id",
		"/admin/menu/history/:id/cancel":  "/admin/menu/history/:id",
		"/admin/operators/:id/disabled":   "/admin/operators",
		"/admin/operators/:id/logout":     "/admin/operators",
		desksPath + "/:id/disabled":       desksPath + "/:id",
		desksPath + "/:id/password":       desksPath + "/:id",
		deskCheck:                         deskHome,
		deskSheet:                         deskHome,
	} {
		r.GET(path, h.as(anybody, func(v visit) error {
			return web.SeeOther(v.Context, strings.Replace(page, ":id", url.PathEscape(v.Param("id")), 1))
		}))
	}
}
