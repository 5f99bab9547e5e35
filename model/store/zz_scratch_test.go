package store_test
import ("testing";"fmt";"quxiang/model";"quxiang/model/store";"quxiang/model/store/storetest";"time")
func TestScratch(t *testing.T){
	storetest.Each(t, func(t *testing.T, s *store.Store){
	withSchools(t,s)
	for n:=0;n<40000;n+=1000{ rows:=importRows(n,n+1000,false); for i:=range rows{ rows[i].SchoolCode="99001"; if i%2==0 {rows[i].Basics.College="文学院"} ; if i%5==0{ d:=destination("甲"); rows[i].Destination=&d; rows[i].ReportedAt=june.Add(-time.Duration(n)*time.Second)} }; mustImport(t,s,rows,june.Add(time.Duration(n/4000)*time.Second)) }
	after,_:=store.ParseCursor("")
	for _,f:=range []store.GraduateFilter{{Steps:[]model.Step{model.StepCollegeReview}},{},{Query:"甲2"},{Query:"甲2𬭚"},{Cohort:"2027",Steps:[]model.Step{model.StepLink}}}{
	 for _,sc:=range []model.Scope{{All:true},{SchoolCode:"99001"},{SchoolCode:"99001",College:"文学院"}}{
		after=store.Cursor{}
		for page:=0;page<2;page++{
		sql,args,_:=s.ListQuery(t.Context(),sc,f,after,50)
		b:=time.Now()
		_,next,err:=s.Graduates(t.Context(),sc,f,after,50)
		d:=time.Since(b)
		if err!=nil{t.Fatal(err)}
		out:=""
		if s.Dialect()=="mysql"{ var p []struct{Key string; Rows int64; Extra string}; s.DB().Raw("EXPLAIN "+sql,args...).Scan(&p); if len(p)>2{p=p[:3]}; out=fmt.Sprint(p)}
		t.Log(s.Dialect(),f,sc,page,d,out)
		after=next
		if next.IsZero(){break}
		}
	 }}
	b:=time.Now(); c,err:=s.StepCounts(t.Context(),model.Scope{All:true},"2027"); t.Log(c,err,time.Since(b))
	})
}
