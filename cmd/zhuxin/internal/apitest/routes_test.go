package apitest_test

import "maps"

// spec is a valid request of one route. A value like "$customer" is taken from
// the house that sends it; those that name an object are what the matrix puts
// somebody else's ids into.
type spec struct {
	who    string // of the house's people; of HQ's, on HQ's routes
	in     m      // the fields of the request message
	status int    // that the owner gets; 0 is any success
}

// own are values that name no object: texts, numbers, and versions of objects.
var own = map[string]bool{"$definition": true, "$answers": true, "$mapping": true, "$day": true, "$new_code": true, "$new_mail": true, "$new_number": true, "$indicator_value": true, "$erp_source": true}

// inTenant lists every route that works inside a subsidiary, by its method, with
// somebody who may. None is a salesperson: that he sees his own customers only is
// a second control, which would hide that the first one is gone.
var inTenant = map[string]spec{
	"agreement.v1.AgreementService/ListAgreements":        {who: "viewer", in: m{"customer_id": "$customer", "page_size": 50}},
	"agreement.v1.AgreementService/GetAgreement":          {who: "viewer", in: m{"id": "$agreement"}},
	"agreement.v1.AgreementService/SubmitAgreement":       {who: "administrator", in: m{"customer_id": "$customer_other", "project_id": "$project_free", "triggers": stages(30), "reason": "新约定"}},
	"agreement.v1.AgreementService/SimulateAgreement":     {who: "viewer", in: m{"customer_id": "$customer_other", "project_id": "$project_free", "triggers": stages(30)}},
	"agreement.v1.AgreementService/CureAgreement":         {who: "administrator", in: m{"id": "$agreement", "to_stage": "none", "reason": "试一试", "version": "$agreement.version"}, status: 409},
	"agreement.v1.AgreementService/HandleAgreementEvent":  {who: "administrator", in: m{"id": "$agreement_event", "note": "已寄出"}},
	"agreement.v1.AgreementService/GetAgreementPresets":   {who: "viewer"},
	"agreement.v1.AgreementService/SetAgreementPresets":   {who: "administrator", in: m{"triggers": stages(15)}},
	"agreement.v1.AgreementService/ListLetters":           {who: "viewer", in: m{"customer_id": "$customer"}},
	"agreement.v1.AgreementService/ListLetterTemplates":   {who: "viewer"},
	"agreement.v1.AgreementService/SetLetterTemplate":     {who: "administrator", in: m{"kind": "lawyer_letter", "subject": "律师函", "body": "{{customer_name}}"}},
	"agreement.v1.AgreementService/ListSupplyStops":       {who: "viewer", in: m{"customer_id": "$customer_other", "page_size": 50}},
	"agreement.v1.AgreementService/GetSupplyStop":         {who: "viewer", in: m{"id": "$stop_prepared"}},
	"agreement.v1.AgreementService/PrepareSupplyStop":     {who: "administrator", in: m{"customer_id": "$customer_other", "project_id": "$project_free", "reason": "不付款"}},
	"agreement.v1.AgreementService/StepSupplyStop":        {who: "administrator", in: m{"id": "$stop_prepared", "to": "notified", "note": "电话", "evidence_document_id": "$document_other", "version": "$stop_prepared.version"}},
	"agreement.v1.AgreementService/AcknowledgeSupplyStop": {who: "dispatcher", in: m{"id": "$stop_stopped", "note": "已停", "evidence_document_id": "$document_other", "version": "$stop_stopped.version"}},
	"agreement.v1.AgreementService/ResumeSupplyStop":      {who: "administrator", in: m{"id": "$stop_resumed", "reason": "已付", "version": "$stop_resumed.version"}},

	"approval.v1.ApprovalService/ListApprovals": {who: "approver", in: m{"box": "all", "page": 1, "page_size": 200}},
	"approval.v1.ApprovalService/GetApproval":   {who: "approver", in: m{"id": "$approval_done"}},
	"approval.v1.ApprovalService/Decide":        {who: "approver", in: m{"id": "$approval_decided", "approve": false, "comment": "再改一改", "version": "$approval_decided.version"}},
	"approval.v1.ApprovalService/Withdraw":      {who: "administrator", in: m{"id": "$approval_withdrawn", "version": "$approval_withdrawn.version"}},

	"approval.v1.ApprovalService/DecideMany":        {who: "approver", in: m{"items": []any{m{"id": "$approval_many", "version": "$approval_many.version"}}, "approve": false, "comment": "再改一改"}},
	"approval.v1.ApprovalService/Transfer":          {who: "approver", in: m{"id": "$approval_transferred", "person_id": "$person_second", "comment": "出差", "version": "$approval_transferred.version"}},
	"approval.v1.ApprovalService/AddApprover":       {who: "approver", in: m{"id": "$approval_added", "person_id": "$person_credit_reviewer", "place": "before", "comment": "先看一下", "version": "$approval_added.version"}},
	"approval.v1.ApprovalService/ListFlows":         {who: "viewer"},
	"approval.v1.ApprovalService/SaveFlow":          {who: "administrator", in: m{"kind": "temporary_limit", "number": 0, "note": "两级", "steps": []any{m{"name": "审批", "kind": "approve", "mode": "any", "actors": []any{m{"kind": "role", "role": "approver"}, m{"kind": "person", "person_id": "$person_second"}}}}}},
	"approval.v1.ApprovalService/Simulate":          {who: "viewer", in: m{"kind": "temporary_limit", "amount": "5", "submitter_id": "$person_salesperson", "draft": true, "steps": []any{m{"name": "审批", "kind": "approve", "mode": "any", "actors": []any{m{"kind": "person", "person_id": "$person_second"}}}}}},
	"approval.v1.ApprovalService/GetApprovalPolicy": {who: "viewer"},
	"approval.v1.ApprovalService/SetApprovalPolicy": {who: "administrator", in: m{"version": "0", "work_start": 540, "work_end": 1080}},
	"approval.v1.ApprovalService/SetAuthority":      {who: "administrator", in: m{"person_id": "$person_second", "amount": "500"}},
	"approval.v1.ApprovalService/ListDelegations":   {who: "administrator"},
	"approval.v1.ApprovalService/CreateDelegation":  {who: "administrator", in: m{"delegate_id": "$person_finance", "starts_on": "$day", "ends_on": "$day"}},
	"approval.v1.ApprovalService/RevokeDelegation":  {who: "administrator", in: m{"id": "$delegation"}},

	"audit.v1.AuditService/ListAudit":   {who: "administrator", in: m{"object_type": "customer", "object_id": "$customer", "page_size": 50}},
	"audit.v1.AuditService/VerifyAudit": {who: "administrator"},

	"creditcheck.v1.CreditCheckService/Check":          {who: "key", in: m{"customer_id": "$customer", "order_no": "$new_number", "amount": "5"}},
	"creditcheck.v1.CreditCheckService/ListChecks":     {who: "dispatcher", in: m{"customer_id": "$customer", "page_size": 50}},
	"creditcheck.v1.CreditCheckService/TryOrder":       {who: "dispatcher", in: m{"customer_id": "$customer", "order_no": "$new_number", "amount": "5"}},
	"creditcheck.v1.CreditCheckService/ListHolds":      {who: "dispatcher", in: m{"customer_id": "$customer_other", "status": "all", "page_size": 50}},
	"creditcheck.v1.CreditCheckService/AskRelease":     {who: "dispatcher", in: m{"hold_id": "$hold", "ends_on": "$day", "reason": "正在浇筑"}},
	"creditcheck.v1.CreditCheckService/CancelHold":     {who: "dispatcher", in: m{"id": "$hold_cancelled", "note": "不要了"}},
	"creditcheck.v1.CreditCheckService/ListHeadroom":   {who: "dispatcher", in: m{"page_size": 50}},
	"creditcheck.v1.CreditCheckService/GetPolicy":      {who: "viewer"},
	"creditcheck.v1.CreditCheckService/SetPolicy":      {who: "administrator", in: m{"version": "$policy.version", "over_limit": "block", "overdue_amount": "hold", "overdue_days": "hold", "no_limit": "block", "unrated": "warn", "reservation_hours": 72}},
	"creditcheck.v1.CreditCheckService/Reserve":        {who: "key", in: m{"customer_id": "$customer", "order_no": "$new_number", "amount": "5"}},
	"creditcheck.v1.CreditCheckService/GetReservation": {who: "dispatcher", in: m{"id": "$reservation"}},
	"creditcheck.v1.CreditCheckService/Commit":         {who: "dispatcher", in: m{"id": "$reservation_committed", "amount": "5", "source": "erp", "document_no": "$new_number"}},
	"creditcheck.v1.CreditCheckService/Release":        {who: "key", in: m{"id": "$reservation_released", "reason": "取消"}},

	"customer.v1.CustomerService/UploadDocument":       {who: "administrator", in: m{"customer_id": "$customer", "project_id": "$project", "kind": "other", "file_name": "a.pdf"}},
	"customer.v1.CustomerService/ListCustomers":        {who: "viewer", in: m{"view": "all", "page_size": 50}},
	"customer.v1.CustomerService/CreateCustomer":       {who: "administrator", in: m{"name": "$new_number", "uscc": "$new_code", "salesperson_id": "$person_salesperson"}},
	"customer.v1.CustomerService/GetCustomer":          {who: "viewer", in: m{"id": "$customer"}},
	"customer.v1.CustomerService/UpdateCustomer":       {who: "administrator", in: m{"id": "$customer_other", "version": "$customer_other.version", "salesperson_id": "$person_salesperson", "address": "新地址"}},
	"customer.v1.CustomerService/ListDocuments":        {who: "viewer", in: m{"customer_id": "$customer"}},
	"customer.v1.CustomerService/ListProjects":         {who: "viewer", in: m{"customer_id": "$customer"}},
	"customer.v1.CustomerService/CreateProject":        {who: "administrator", in: m{"customer_id": "$customer", "number": "$new_number", "name": "新项目", "contract": m{"erp_contract_no": "$new_number", "volume": "5", "unit_price": "5", "signed_on": "$day"}}},
	"customer.v1.CustomerService/CheckIdentity":        {who: "administrator", in: m{"name": "某某公司", "uscc": "$customer_code"}},
	"customer.v1.CustomerService/SubmitCustomerChange": {who: "administrator", in: m{"id": "$customer", "version": "$customer.version", "name": "$new_number", "reason": "公司更名"}},
	"customer.v1.CustomerService/ListCustomerChanges":  {who: "viewer", in: m{"id": "$customer"}},
	"customer.v1.CustomerService/RevealField":          {who: "administrator", in: m{"id": "$customer", "field": "contact_phone", "reason": "核对联系方式"}},
	"customer.v1.CustomerService/GetTimeline":          {who: "viewer", in: m{"id": "$customer"}},
	"customer.v1.CustomerService/DownloadDocument":     {who: "viewer", in: m{"id": "$document"}},

	"dailyrun.v1.DailyRunService/ListDailyRuns": {who: "viewer", in: m{"page_size": 50}},
	"dailyrun.v1.DailyRunService/GetDailyRun":   {who: "viewer", in: m{"id": "$daily_run"}},
	"dailyrun.v1.DailyRunService/StartDailyRun": {who: "administrator", in: m{"business_date": "$day"}},
	"erp.v1.ERPService/ListConnections":         {who: "finance"},
	"erp.v1.ERPService/CreateConnection":        {who: "administrator", in: m{"name": "新连接", "kind": "tryton", "base_url": "https://erp.example", "database": "d", "username": "u", "secret": "s", "source": "$erp_source", "every_minutes": 60}},
	"erp.v1.ERPService/UpdateConnection":        {who: "administrator", in: m{"id": "$erp", "version": "$erp.version", "name": "改名", "kind": "tryton", "base_url": "https://erp.example", "database": "d", "username": "u", "every_minutes": 60}},
	"erp.v1.ERPService/TestConnection":          {who: "administrator", in: m{"id": "$erp_local"}, status: 400},
	"erp.v1.ERPService/RunConnection":           {who: "administrator", in: m{"id": "$erp_local", "full": true}},
	"erp.v1.ERPService/ListRuns":                {who: "finance", in: m{"id": "$erp"}},

	"dunning.v1.DunningService/GetRule":     {who: "viewer"},
	"dunning.v1.DunningService/SaveRule":    {who: "administrator", in: m{"version": "$dunning_rule.version", "enabled": true, "minimum": "10000", "levels": []any{m{"days": 1, "title": "逾期提醒", "channels": []any{"mail"}}}}},
	"dunning.v1.DunningService/Simulate":    {who: "viewer"},
	"dunning.v1.DunningService/ListLetters": {who: "viewer", in: m{"customer_id": "$customer", "page_size": 50}},
	"dunning.v1.DunningService/GetLetter":   {who: "viewer", in: m{"id": "$dunning_letter"}},
	"dunning.v1.DunningService/PrintLetter": {who: "viewer", in: m{"id": "$dunning_letter"}},
	"dunning.v1.DunningService/SendLetter":  {who: "administrator", in: m{"id": "$dunning_letter"}},

	"notify.v1.NotifyService/ListNotifications": {who: "credit_reviewer", in: m{"view": "all", "page_size": 50}},
	"notify.v1.NotifyService/CountUnread":       {who: "credit_reviewer"},
	"notify.v1.NotifyService/MarkRead":          {who: "credit_reviewer", in: m{"ids": []any{"$notification"}}},
	"notify.v1.NotifyService/GetPreferences":    {who: "viewer"},
	"notify.v1.NotifyService/SavePreferences":   {who: "viewer", in: m{"preferences": []any{m{"kind": "warning.raised", "on_page": true, "outside": "digest"}}}},
	"notify.v1.NotifyService/ListChannels":      {who: "viewer"},
	"notify.v1.NotifyService/SaveChannel":       {who: "administrator", in: m{"kind": "mail", "hint": "邮件", "enabled": true, "version": "$channel.version"}},
	"notify.v1.NotifyService/TestChannel":       {who: "administrator", in: m{"kind": "mail"}},
	"notify.v1.NotifyService/GetSettings":       {who: "viewer"},
	"notify.v1.NotifyService/SaveSettings":      {who: "administrator", in: m{"version": "$notify_settings.version", "quiet_from": 1260, "quiet_to": 480, "digest_at": 540}},
	"notify.v1.NotifyService/ListDeliveries":    {who: "viewer", in: m{"customer_id": "$customer", "page_size": 50}},
	"notify.v1.NotifyService/RetryDelivery":     {who: "administrator", in: m{"id": "$delivery"}, status: 409},

	"followup.v1.FollowUpService/ListFollowUps":     {who: "viewer", in: m{"customer_id": "$customer", "view": "all", "page_size": 50}},
	"followup.v1.FollowUpService/GetFollowUp":       {who: "viewer", in: m{"id": "$follow_up"}},
	"followup.v1.FollowUpService/SubmitFollowUp":    {who: "administrator", in: m{"id": "$follow_up", "reason": "资金紧张", "action": "other", "note": "等回函", "due_on": "$day", "version": "$follow_up.version"}},
	"followup.v1.FollowUpService/ListDunningPauses": {who: "viewer", in: m{"customer_id": "$customer_other", "view": "all", "page_size": 50}},
	"followup.v1.FollowUpService/PauseDunning":      {who: "administrator", in: m{"customer_id": "$customer", "reason": "正在对账", "ends_on": "$day"}},
	"followup.v1.FollowUpService/ResumeDunning":     {who: "administrator", in: m{"id": "$dunning_pause"}},

	"member.v1.MemberService/ListAPIKeys":      {who: "administrator"},
	"member.v1.MemberService/CreateAPIKey":     {who: "administrator", in: m{"name": "ERP 2", "scopes": []any{"credit.check"}, "valid_days": 5}},
	"member.v1.MemberService/RevokeAPIKey":     {who: "administrator", in: m{"id": "$key_revoked"}},
	"member.v1.MemberService/InviteMember":     {who: "administrator", in: m{"email": "$new_mail", "name": "新人", "roles": []any{"viewer"}}},
	"member.v1.MemberService/RevokeInvitation": {who: "administrator", in: m{"id": "$invitation"}},
	"member.v1.MemberService/ListMembers":      {who: "viewer"},
	"member.v1.MemberService/UpdateMember":     {who: "administrator", in: m{"id": "$membership", "roles": []any{"viewer", "finance"}, "status": "active", "superior_id": "$person_second", "version": "$membership.version"}},
	"member.v1.MemberService/GetSetup":         {who: "viewer"},

	"project.v1.ProjectService/ListAllProjects": {who: "viewer", in: m{"customer_id": "$customer", "page_size": 50}},
	"project.v1.ProjectService/GetProject":      {who: "viewer", in: m{"id": "$project"}},
	"project.v1.ProjectService/UpdateProject":   {who: "administrator", in: m{"id": "$project", "version": "$project.version", "owner_id": "$owner", "customer_id": "$customer", "salesperson_id": "$person_salesperson", "status": "finished"}},
	"project.v1.ProjectService/AddContract":     {who: "administrator", in: m{"project_id": "$project", "contract": m{"erp_contract_no": "$new_number", "volume": "5", "unit_price": "5", "signed_on": "$day"}}},
	"project.v1.ProjectService/AddContact":      {who: "administrator", in: m{"project_id": "$project", "name": "王工", "role": "项目经理", "phone": "13900001111"}},
	"project.v1.ProjectService/RemoveContact":   {who: "administrator", in: m{"project_id": "$project", "id": "$contact"}},
	"project.v1.ProjectService/ListOwners":      {who: "viewer", in: m{"page_size": 50}},
	"project.v1.ProjectService/GetOwner":        {who: "viewer", in: m{"id": "$owner"}},
	"project.v1.ProjectService/CreateOwner":     {who: "administrator", in: m{"name": "$new_number"}},
	"project.v1.ProjectService/UpdateOwner":     {who: "administrator", in: m{"id": "$owner", "version": "$owner.version", "remark": "改过"}},

	"rating.v1.RatingService/ListLimits":          {who: "viewer", in: m{"customer_id": "$customer"}},
	"rating.v1.RatingService/PrepareRating":       {who: "administrator", in: m{"customer_id": "$customer"}},
	"rating.v1.RatingService/SaveRating":          {who: "administrator", in: m{"customer_id": "$customer", "rating_id": "$rating_edited", "version": "$rating_edited.version", "values": "$answers", "remark": "改过"}},
	"rating.v1.RatingService/ApplyTemporaryLimit": {who: "administrator", in: m{"customer_id": "$customer_other", "amount": "500", "mode": "add", "starts_on": "$day", "ends_on": "$day", "reason": "赶工期"}},
	"rating.v1.RatingService/ListIndicators":      {who: "viewer"},
	"rating.v1.RatingService/ListTemplates":       {who: "viewer"},
	"rating.v1.RatingService/CreateTemplate":      {who: "administrator", in: m{"name": "抄本", "from": "$template"}},
	"rating.v1.RatingService/GetTemplate":         {who: "viewer", in: m{"id": "$template"}},
	"rating.v1.RatingService/UpdateTemplate":      {who: "administrator", in: m{"id": "$template_edited", "name": "改名", "definition": "$definition", "version": "$template_edited.version"}},
	"rating.v1.RatingService/DeleteTemplate":      {who: "administrator", in: m{"id": "$template_deleted"}},
	"rating.v1.RatingService/SubmitTemplate":      {who: "administrator", in: m{"id": "$template_submitted", "version": "$template_submitted.version"}},
	"rating.v1.RatingService/PreviewScore":        {who: "viewer", in: m{"definition": "$definition", "values": "$answers"}},
	"rating.v1.RatingService/RunDryRun":           {who: "administrator", in: m{"id": "$template_edited", "parameters": m{"window_months": 6, "bad_days": 90, "cutoff": "C"}}},
	"rating.v1.RatingService/GetDryRun":           {who: "viewer", in: m{"id": "$template_tried"}},
	"rating.v1.RatingService/ListTrials":          {who: "viewer", in: m{"id": "$dry_run", "page_size": 50}},
	"rating.v1.RatingService/GetTrial":            {who: "viewer", in: m{"id": "$dry_run", "customer_id": "$customer"}},
	"rating.v1.RatingService/ListRatings":         {who: "viewer", in: m{"customer_id": "$customer", "page_size": 50}},
	"rating.v1.RatingService/GetRating":           {who: "viewer", in: m{"id": "$rating"}},
	"rating.v1.RatingService/CompareRating":       {who: "viewer", in: m{"id": "$rating"}},
	"rating.v1.RatingService/OverrideValue":       {who: "administrator", in: m{"id": "$rating_overridden", "indicator_code": "collection_rate", "number": "9000000", "reason": "对账未完", "version": "$rating_overridden.version"}},
	"rating.v1.RatingService/RevokeOverride":      {who: "administrator", in: m{"id": "$rating_revoked", "indicator_code": "collection_rate", "version": "$rating_revoked.version"}},
	"rating.v1.RatingService/ListSourceRows":      {who: "viewer", in: m{"customer_id": "$customer", "source": "overdue_ratio", "page_size": 50}},
	"rating.v1.RatingService/GetDecisionFile":     {who: "viewer", in: m{"id": "$rating"}},
	"rating.v1.RatingService/SubmitRating":        {who: "administrator", in: m{"id": "$rating_submitted", "version": "$rating_submitted.version"}},

	"limit.v1.LimitService/AdjustLimit":       {who: "administrator", in: m{"customer_id": "$customer_other", "kind": "amount", "amount": "500", "starts_on": "$day", "reason": "调整"}},
	"limit.v1.LimitService/PreviewProposal":   {who: "administrator", in: m{"filter": m{"grades": []any{"A"}}, "rule": m{"kind": "percent", "percent": -1000}}},
	"limit.v1.LimitService/SubmitProposal":    {who: "administrator", in: m{"rule": m{"kind": "percent", "percent": -1000}, "reason": "下调", "changes": 9999, "after": "1"}, status: 409},
	"limit.v1.LimitService/ListLimitCalendar": {who: "viewer", in: m{"days": 30, "page_size": 50}},
	"limit.v1.LimitService/ListFreezes":       {who: "viewer", in: m{"customer_id": "$customer"}},
	"limit.v1.LimitService/FreezeCredit":      {who: "administrator", in: m{"customer_id": "$customer_other", "reason": "涉诉"}},
	"limit.v1.LimitService/UnfreezeCredit":    {who: "administrator", in: m{"customer_id": "$customer", "reason": "已和解"}, status: 409},

	"contract.v1.ContractService/ListContracts":          {who: "viewer", in: m{"customer_id": "$customer", "page_size": 50}},
	"contract.v1.ContractService/ListUnlinked":           {who: "viewer", in: m{"page_size": 50}},
	"contract.v1.ContractService/LinkContract":           {who: "finance", in: m{"erp_contract_no": "$new_number", "project_id": "$project", "volume": "5", "unit_price": "5", "signed_on": "$day"}},
	"contract.v1.ContractService/GetContract":            {who: "viewer", in: m{"id": "$contract"}},
	"contract.v1.ContractService/PreviewTerms":           {who: "viewer", in: m{"id": "$contract", "terms": m{"days_after_last_delivery": 30}}},
	"contract.v1.ContractService/PutTerms":               {who: "finance", in: m{"id": "$contract", "terms": m{"days_after_last_delivery": 30}}},
	"contract.v1.ContractService/ReportNode":             {who: "finance", in: m{"id": "$contract", "kind": "topping_out", "reached_on": "$day"}},
	"contract.v1.ContractService/RevokeNode":             {who: "finance", in: m{"id": "$contract", "node_id": "$site_node"}},
	"contract.v1.ContractService/AssignReceivable":       {who: "finance", in: m{"id": "$contract", "receivable_id": "$receivable"}},
	"statement.v1.StatementService/ListStatements":       {who: "viewer", in: m{"customer_id": "$customer_other", "view": "all", "page_size": 50}},
	"statement.v1.StatementService/GetStatement":         {who: "viewer", in: m{"id": "$statement"}},
	"statement.v1.StatementService/ListPeriods":          {who: "viewer", in: m{"customer_id": "$customer_other"}},
	"statement.v1.StatementService/MakeStatements":       {who: "administrator", in: m{"customer_id": "$customer", "period_from": "$day", "period_to": "$day"}},
	"statement.v1.StatementService/PreviewStatements":    {who: "administrator", in: m{"customer_id": "$customer", "period_from": "$day", "period_to": "$day"}},
	"statement.v1.StatementService/MakeAllStatements":    {who: "administrator", in: m{"period_from": longAgo, "period_to": longAgo}, status: 409},
	"statement.v1.StatementService/PrintStatement":       {who: "viewer", in: m{"id": "$statement"}},
	"statement.v1.StatementService/SubmitStatement":      {who: "administrator", in: m{"id": "$statement", "document_id": "$statement_document", "evidence": "sealed", "version": "$statement.version"}},
	"statement.v1.StatementService/ReviewStatement":      {who: "finance", in: m{"id": "$statement_submitted", "accept": true, "version": "$statement_submitted.version"}},
	"statement.v1.StatementService/HinderStatement":      {who: "administrator", in: m{"id": "$statement_hindered", "reason": "经办人出差", "until": "$day", "version": "$statement_hindered.version"}},
	"statement.v1.StatementService/CancelStatement":      {who: "administrator", in: m{"id": "$statement_cancelled", "reason": "合同写错", "version": "$statement_cancelled.version"}},
	"statement.v1.StatementService/PutStatementInvoices": {who: "finance", in: m{"id": "$statement_reconciled", "receivable_ids": []any{"$receivable_paid"}, "version": "$statement_reconciled.version"}},

	"warning.v1.WarningService/ListWarnings":        {who: "viewer", in: m{"customer_id": "$customer", "page_size": 50}},
	"warning.v1.WarningService/GetWarning":          {who: "viewer", in: m{"id": "$warning"}},
	"warning.v1.WarningService/AcknowledgeWarnings": {who: "administrator", in: m{"ids": []any{"$warning"}}},
	"warning.v1.WarningService/AssignWarning":       {who: "administrator", in: m{"id": "$warning_assigned", "person_id": "$person_finance", "due_on": "$day", "version": "$warning_assigned.version"}},
	"warning.v1.WarningService/CloseWarning":        {who: "administrator", in: m{"id": "$warning_closed", "outcome": "no_risk", "note": "已核实", "version": "$warning_closed.version"}},
	"warning.v1.WarningService/ListRules":           {who: "viewer"},
	"warning.v1.WarningService/SetRule":             {who: "administrator", in: m{"kind": "overdue_receivables", "enabled": true, "severity": "notice", "quiet_days": 7, "thresholds": m{"days": "20", "amount": "5"}, "version": "0"}},
	"warning.v1.WarningService/TryRule":             {who: "administrator", in: m{"kind": "falling_volume", "thresholds": m{"drop": "5000", "days": "90", "amount": "5"}, "months": 3}},

	"registry.v1.RegistryService/GetCustomerRegistry": {who: "viewer", in: m{"customer_id": "$customer"}},
	"registry.v1.RegistryService/LookNow":             {who: "administrator", in: m{"customer_id": "$customer"}},
	"registry.v1.RegistryService/ListWatches":         {who: "viewer", in: m{"page_size": 50}},
	"registry.v1.RegistryService/GetSettings":         {who: "viewer"},
	"registry.v1.RegistryService/SetSettings":         {who: "administrator", in: m{"version": "0", "enabled": true, "daily_budget": 50, "interval_days": m{"": 30, "A": 90}}},
	"registry.v1.RegistryService/SetAccount":          {who: "administrator", in: m{"provider": "qichacha", "key": "a-key-of-a-test", "secret": "a-secret-of-a-test", "version": "0"}},
	"registry.v1.RegistryService/TestAccount":         {who: "administrator", in: m{"provider": "tianyancha"}, status: 409},
	"collection.v1.CollectionService/ListReceipts":    {who: "viewer", in: m{"customer_id": "$customer", "page_size": 50}},
	"collection.v1.CollectionService/RecordReceipt": {who: "finance", in: m{"customer_id": "$customer", "number": "$new_number", "received_on": "$day", "amount": "7", "method": "transfer",
		"apply": m{"rule": "manual", "amounts": []any{m{"receivable_id": "$receivable", "amount": "1"}}}}},
	"collection.v1.CollectionService/GetReceipt":         {who: "viewer", in: m{"id": "$receipt"}},
	"collection.v1.CollectionService/ApplyReceipt":       {who: "finance", in: m{"id": "$receipt", "selection": m{"rule": "manual", "amounts": []any{m{"receivable_id": "$receivable", "amount": "1"}}}}},
	"collection.v1.CollectionService/ReverseReceipt":     {who: "finance", in: m{"id": "$receipt_reversed", "reason": "记错"}},
	"collection.v1.CollectionService/ReverseApplication": {who: "finance", in: m{"id": "$application_entry", "reason": "记错"}},
	"collection.v1.CollectionService/SettleDraft":        {who: "finance", in: m{"id": "$draft", "honoured": true}},
	"collection.v1.CollectionService/GetLife":            {who: "viewer", in: m{"id": "$receivable"}},
	"collection.v1.CollectionService/SetOffCredit":       {who: "finance", in: m{"id": "$credit_note", "selection": m{"rule": "manual", "amounts": []any{m{"receivable_id": "$receivable", "amount": "1"}}}}},
	"collection.v1.CollectionService/SubmitWriteOff":     {who: "finance", in: m{"id": "$receivable", "amount": "1", "reason": "无法收回"}},
	"collection.v1.CollectionService/ReverseWriteOff":    {who: "finance", in: m{"id": "$write_off", "reason": "又收到了"}},
	"collection.v1.CollectionService/OpenDispute":        {who: "administrator", in: m{"id": "$receivable", "cause": "quality", "detail": "强度不足"}},
	"collection.v1.CollectionService/ResolveDispute":     {who: "administrator", in: m{"id": "$receivable_disputed", "reason": "复检合格"}},
	"collection.v1.CollectionService/WaiveLateFee":       {who: "finance", in: m{"id": "$receivable", "amount": "1", "reason": "长期合作"}},
	"collection.v1.CollectionService/GetStages":          {who: "viewer", in: m{"customer_id": "$customer"}},
	"collection.v1.CollectionService/GetSettings":        {who: "viewer"},
	"collection.v1.CollectionService/SetSettings":        {who: "administrator", in: m{"late_fee_ppm": 500, "statement_days": 10, "statement_reminder_days": 3, "follow_up_days": 3}},

	"receivable.v1.ReceivableService/StartImport":      {who: "finance", in: m{"file_id": "$file", "mapping": "$mapping", "dry_run": true}},
	"receivable.v1.ReceivableService/ListImports":      {who: "finance", in: m{"page_size": 50}},
	"receivable.v1.ReceivableService/GetImport":        {who: "finance", in: m{"id": "$import"}},
	"receivable.v1.ReceivableService/DownloadErrors":   {who: "finance", in: m{"id": "$import"}},
	"receivable.v1.ReceivableService/DownloadTemplate": {who: "finance", in: m{"format": "csv"}},
	"receivable.v1.ReceivableService/UploadFile":       {who: "finance", in: m{"file_name": "r.csv"}},
	"receivable.v1.ReceivableService/ListMappings":     {who: "finance"},
	"receivable.v1.ReceivableService/SaveMapping":      {who: "finance", in: m{"name": "$mapping_name", "mapping": "$mapping"}},
	"receivable.v1.ReceivableService/ListReceivables":  {who: "viewer", in: m{"customer_id": "$customer", "view": "all", "page_size": 50}},
	"receivable.v1.ReceivableService/GetOverview":      {who: "viewer", in: m{"customer_id": "$customer"}},

	"related.v1.RelatedService/GetRelated":  {who: "viewer", in: m{"customer_id": "$customer"}},
	"related.v1.RelatedService/AddRelation": {who: "administrator", in: m{"customer_id": "$customer", "kind": "parent", "other": m{"kind": "company", "name": "母公司", "uscc": "$new_code"}}},
	"related.v1.RelatedService/EndRelation": {who: "administrator", in: m{"customer_id": "$customer", "id": "$relation", "version": "$relation.version"}},

	"workbench.v1.WorkbenchService/GetDraft":          {who: "administrator", in: m{"form": "house"}},
	"workbench.v1.WorkbenchService/SaveDraft":         {who: "administrator", in: m{"form": "other", "content": "{}"}},
	"workbench.v1.WorkbenchService/DiscardDraft":      {who: "administrator", in: m{"form": "other"}},
	"workbench.v1.WorkbenchService/ListTodos":         {who: "approver", in: m{"order": "due", "page_size": 50}},
	"workbench.v1.WorkbenchService/ListMyCustomers":   {who: "viewer", in: m{"page_size": 50}},
	"workbench.v1.WorkbenchService/ListMyProjects":    {who: "viewer", in: m{"page_size": 50}},
	"portfolio.v1.PortfolioService/GetClassification": {who: "viewer", in: m{"page_size": 50}},
	"portfolio.v1.PortfolioService/SetCategory":       {who: "administrator", in: m{"customer_id": "$customer_other", "category": "doubtful", "reason": "实际控制人失联", "until": "$day"}},
	"portfolio.v1.PortfolioService/GetExpectedLoss":   {who: "viewer", in: m{"page_size": 50}},
	"portfolio.v1.PortfolioService/GetCashIn":         {who: "viewer", in: m{"step": "month", "page_size": 50}},
	"portfolio.v1.PortfolioService/GetPortfolioRule":  {who: "viewer"},
	"portfolio.v1.PortfolioService/SetPortfolioRule": {who: "administrator", in: m{"version": "0", "days": []any{1, 91, 181, 366}, "listed": "doubtful", "lawsuit": "doubtful", "disputed": "special_mention",
		"history": true, "given": []any{50, 200, 500, 1000, 2000, 5000}, "terminal": 10000, "factor": 11000}},
	"portfolio.v1.PortfolioService/ExportPortfolio": {who: "viewer", in: m{"report": "expected_loss", "format": "pdf", "lang": "zh"}},

	"report.v1.ReportService/GetReport":    {who: "viewer", in: m{"customer_id": "$customer", "period": "quarter", "page_size": 50}},
	"report.v1.ReportService/GetAging":     {who: "viewer", in: m{"customer_id": "$customer", "scheme": "custom", "bounds": "15,45", "by": "customer"}},
	"report.v1.ReportService/ExportReport": {who: "viewer", in: m{"format": "xlsx", "customer_id": "$customer"}},
	"report.v1.ReportService/ExportItems":  {who: "viewer"},
	"report.v1.ReportService/ListDebts":    {who: "viewer", in: m{"of": "customers", "order_by": "overdue_days", "page_size": 50}},
}

// alsoInTenant are further valid requests: the other names of a customer, and
// searches, which have to find one's own only.
var alsoInTenant = []variant{
	{"collection.v1.CollectionService/RecordReceipt", spec{who: "finance", in: m{"customer_id": "$customer", "number": "$new_number", "received_on": "$day", "amount": "7", "method": "transfer", "apply": m{"rule": "chosen", "receivable_ids": []any{"$receivable"}}}}},
	{"collection.v1.CollectionService/RecordReceipt", spec{who: "finance", status: 409, in: m{"customer_id": "$customer", "number": "$new_number", "received_on": "$day", "amount": "7", "method": "transfer", "apply": m{"rule": "by_project", "project_id": "$project"}}}},
	{"collection.v1.CollectionService/ApplyReceipt", spec{who: "finance", in: m{"id": "$receipt", "preview": true, "selection": m{"rule": "chosen", "receivable_ids": []any{"$receivable"}}}}},
	{"collection.v1.CollectionService/ApplyReceipt", spec{who: "finance", status: 409, in: m{"id": "$receipt", "selection": m{"rule": "by_project", "project_id": "$project"}}}},
	{"collection.v1.CollectionService/SetOffCredit", spec{who: "finance", status: 409, in: m{"id": "$credit_note", "selection": m{"rule": "by_project", "project_id": "$project"}}}},
	{"collection.v1.CollectionService/SetOffCredit", spec{who: "finance", in: m{"id": "$credit_note", "selection": m{"rule": "chosen", "receivable_ids": []any{"$receivable"}}}}},
	{"creditcheck.v1.CreditCheckService/Check", spec{who: "key", in: m{"customer_number": "$customer_number", "order_no": "$new_number", "amount": "5"}}},
	{"creditcheck.v1.CreditCheckService/Check", spec{who: "key", in: m{"uscc": "$customer_code", "order_no": "$new_number", "amount": "5"}}},
	{"creditcheck.v1.CreditCheckService/Reserve", spec{who: "key", in: m{"customer_number": "$customer_number", "order_no": "$new_number", "amount": "5"}}},
	{"creditcheck.v1.CreditCheckService/Reserve", spec{who: "key", in: m{"uscc": "$customer_code", "order_no": "$new_number", "amount": "5"}}},
	{"creditcheck.v1.CreditCheckService/Check", spec{who: "key", in: m{"customer_id": "$customer", "project_id": "$project", "order_no": "$new_number", "amount": "5"}}},
	{"creditcheck.v1.CreditCheckService/Reserve", spec{who: "key", in: m{"customer_id": "$customer", "project_id": "$project", "order_no": "$new_number", "amount": "5"}}},
	{"creditcheck.v1.CreditCheckService/TryOrder", spec{who: "key", in: m{"customer_number": "$customer_number", "order_no": "$new_number", "amount": "5"}}},
	{"creditcheck.v1.CreditCheckService/TryOrder", spec{who: "key", in: m{"customer_id": "$customer", "project_id": "$project", "order_no": "$new_number", "amount": "5"}}},
	{"limit.v1.LimitService/AdjustLimit", spec{who: "administrator", in: m{"customer_id": "$customer", "project_id": "$project", "kind": "amount", "amount": "500", "reason": "项目额度"}}},
	{"rating.v1.RatingService/ApplyTemporaryLimit", spec{who: "administrator", status: 409, in: m{"customer_id": "$customer", "project_id": "$project", "amount": "500", "starts_on": "$day", "ends_on": "$day", "reason": "赶工期"}}},
	{"customer.v1.CustomerService/ListCustomers", spec{who: "viewer", in: m{"q": "$customer_number"}}},
	{"project.v1.ProjectService/ListAllProjects", spec{who: "viewer", in: m{"owner_id": "$owner"}}},
	{"project.v1.ProjectService/ListAllProjects", spec{who: "viewer", in: m{"page_size": 50}}},
	{"receivable.v1.ReceivableService/ListReceivables", spec{who: "viewer", in: m{"q": "$customer_number", "view": "all"}}},
	{"audit.v1.AuditService/ListAudit", spec{who: "administrator", in: m{}}},
	{"receivable.v1.ReceivableService/GetOverview", spec{who: "viewer", in: m{}}},
	{"report.v1.ReportService/GetReport", spec{who: "viewer", in: m{"salesperson_id": "$person_salesperson"}}},
	{"report.v1.ReportService/ExportReport", spec{who: "viewer", in: m{"format": "pdf", "salesperson_id": "$person_salesperson"}}},
	{"report.v1.ReportService/GetAging", spec{who: "viewer", in: m{"salesperson_id": "$person_salesperson"}}},
	{"report.v1.ReportService/ListDebts", spec{who: "viewer", in: m{"of": "projects"}}},
}

type variant struct {
	operation string
	spec
}

// ofAccount are the routes of a person, whichever his subsidiary.
var ofAccount = map[string]spec{
	"account.v1.AccountService/GetMe":                {who: "viewer"},
	"account.v1.AccountService/SubmitApplication":    {who: "guest", in: m{"name": "$new_number", "short_name": "新企业", "uscc": "$new_code", "contact_name": "某人", "contact_phone": "13800138000"}},
	"account.v1.AccountService/GetApplication":       {who: "applicant", in: m{"id": "$application"}},
	"account.v1.AccountService/RetryApplication":     {who: "applicant", in: m{"id": "$application"}, status: 409},
	"account.v1.AccountService/CheckApplicationUscc": {who: "guest", in: m{"uscc": "$new_code"}},
	"account.v1.AccountService/GetInvitation":        {who: "guest", in: m{"token": "$token"}},
	"account.v1.AccountService/AcceptInvitation":     {who: "guest", in: m{"token": "$token"}},
}

// atHQ are HQ's routes; the values are HQ's own house.
var atHQ = map[string]spec{
	"audit.v1.AuditService/ListHQAudit":             {who: "hq_administrator", in: m{"object_type": "application", "object_id": "$application", "page_size": 50}},
	"registry.v1.RegistryService/ListGroupAccounts": {who: "hq_viewer"},
	"registry.v1.RegistryService/SetGroupAccount":   {who: "hq_credit_controller", in: m{"provider": "qichacha", "key": "a-key-of-a-test", "secret": "a-secret-of-a-test", "version": "0"}},
	"registry.v1.RegistryService/TestGroupAccount":  {who: "hq_credit_controller", in: m{"provider": "tianyancha"}, status: 409},

	"hq.v1.HQService/ListApplications":     {who: "hq_administrator"},
	"hq.v1.HQService/DecideApplication":    {who: "hq_administrator", in: m{"id": "$application", "approve": false, "reason": "资料不全"}},
	"hq.v1.HQService/ListInvitationCodes":  {who: "hq_administrator"},
	"hq.v1.HQService/CreateInvitationCode": {who: "hq_administrator", in: m{"note": "新码", "max_uses": 1, "valid_days": 5}},
	"hq.v1.HQService/RevokeInvitationCode": {who: "hq_administrator", in: m{"id": "$code"}},
	"hq.v1.HQService/ListTenants":          {who: "hq_viewer"},
	"hq.v1.HQService/SetTenantStatus":      {who: "hq_administrator", in: m{"id": "$tenant", "status": "active"}},
	"hq.v1.HQService/ListHQMembers":        {who: "hq_administrator"},
	"hq.v1.HQService/InviteHQMember":       {who: "hq_administrator", in: m{"email": "$new_mail", "name": "新人", "roles": []any{"hq_viewer"}}},
	"hq.v1.HQService/RevokeHQInvitation":   {who: "hq_administrator", in: m{"id": "$invitation"}},
	"hq.v1.HQService/UpdateHQMember":       {who: "hq_administrator", in: m{"id": "$membership", "roles": []any{"hq_viewer"}, "status": "active", "superior_id": "$person_hq_administrator", "version": "$membership.version"}},
	"hq.v1.HQService/ListLibrary":          {who: "hq_viewer"},
	"hq.v1.HQService/SaveIndicator":        {who: "hq_credit_controller", in: m{"code": "settlement_method", "indicator": "$indicator_value", "version": "$indicator.version"}},
	"hq.v1.HQService/ListNegativeEntries":  {who: "hq_viewer", in: m{"page_size": 50}},
	"hq.v1.HQService/GetGroupPolicy":       {who: "hq_viewer"},
	"hq.v1.HQService/SetGroupPolicy":       {who: "hq_credit_controller", in: m{"version": "$policy.version", "negative_action": "hold"}},
	"hq.v1.HQService/GetGroupOverview":     {who: "hq_viewer"},
	"hq.v1.HQService/ListGroupCustomers":   {who: "hq_viewer", in: m{"tenant_id": "$tenant", "page_size": 50}},
	"hq.v1.HQService/GetGroupCustomer":     {who: "hq_viewer", in: m{"uscc": "$customer_code"}},

	"report.v1.ReportService/GetGroupReport":    {who: "hq_viewer", in: m{"tenant_id": "$tenant", "salesperson_id": "$person_salesperson", "customer_id": "$customer", "page_size": 50}},
	"report.v1.ReportService/ExportGroupReport": {who: "hq_viewer", in: m{"format": "pdf", "tenant_id": "$tenant", "salesperson_id": "$person_salesperson", "customer_id": "$customer"}},
	"report.v1.ReportService/ListGroupDebts":    {who: "hq_viewer", in: m{"of": "customers", "tenant_id": "$tenant", "page_size": 50}},
	"report.v1.ReportService/ListGroupItems":    {who: "hq_viewer", in: m{"tenant_id": "$tenant", "customer_id": "$customer", "view": "all", "page_size": 50}},
}

// lastTurns ruin something that others need; the owners take them at the end.
var lastTurns = []string{
	"creditcheck.v1.CreditCheckService/SetPolicy", "account.v1.AccountService/SubmitApplication", "account.v1.AccountService/AcceptInvitation",
	"hq.v1.HQService/DecideApplication", "hq.v1.HQService/SetGroupPolicy",
}

// everySpec joins the three sides.
func everySpec() map[string]spec {
	all := maps.Clone(inTenant)
	maps.Copy(all, ofAccount)
	maps.Copy(all, atHQ)
	return all
}
