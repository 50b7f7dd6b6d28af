"""Addresses under /portal/."""

from django.urls import path

from reachback.access.web import contract
from reachback.access.web.approvals import answering, keys
from reachback.access.web.drafting import clauses, past, signing
from reachback.access.web.drafting import views as drafting
from reachback.access.web.portal import scripts, views
from reachback.access.web.records import library

_CLAUSE = "contract/draft/clauses/<int:number>/"
_SIGNING = "contract/signing/<uuid:round_id>/"

app_name = "access_portal"
urlpatterns = [
    path("contract/", contract.portal_contract, name="contract"),
    path("contract/revoke/", contract.revoke, name="revoke"),
    path("contract/allow-again/", contract.allow_again, name="allow_again"),
    path("contract/publish/", contract.publish, name="publish"),
    path("contract/draft/", drafting.draft, name="draft"),
    path("contract/draft/begin/", drafting.begin, name="begin_draft"),
    path("contract/draft/terms/", drafting.terms, name="terms"),
    path("contract/draft/discard/", drafting.discard, name="discard_draft"),
    path("contract/draft/contract.toml", drafting.form_file, name="draft_form"),
    path("contract/draft/prepare/", drafting.prepare, name="prepare_contract"),
    path("contract/draft/past/", past.past, name="dry_run"),
    path("contract/history/", past.history, name="contract_history"),
    path(_CLAUSE, clauses.clause, name="clause"),
    path(f"{_CLAUSE}preview/", clauses.preview, name="preview_clause"),
    path(f"{_CLAUSE}remove/", clauses.remove, name="remove_clause"),
    path(f"{_CLAUSE}copy/", clauses.copy, name="copy_clause"),
    path(_SIGNING, signing.signing, name="signing"),
    path(f"{_SIGNING}document", signing.document, name="signing_document"),
    path(f"{_SIGNING}bytes", signing.bytes_file, name="signing_bytes"),
    path(f"{_SIGNING}signature/", signing.signature, name="add_signature"),
    path(f"{_SIGNING}withdraw/", signing.withdraw, name="withdraw_round"),
    path("scripts/", scripts.scripts, name="scripts"),
    path("scripts/<uuid:script_id>/<int:number>/", scripts.script, name="script"),
    path("scripts/<uuid:script_id>/<int:number>/text", scripts.text, name="script_text"),
    path("approvals/", answering.approvals, name="approvals"),
    path("approvals/order/", keys.order, name="approval_order"),
    path("approvals/keys/", keys.own_keys, name="approval_keys"),
    path("approvals/keys/add", keys.add_key, name="add_approval_key"),
    path("approvals/keys/<uuid:key_id>/remove", keys.remove_key, name="remove_approval_key"),
    path("approvals/<uuid:approval_id>/", answering.approval, name="approval"),
    path("approvals/<uuid:approval_id>/approve", answering.approve, name="approve"),
    path("approvals/<uuid:approval_id>/refuse", answering.refuse, name="refuse_approval"),
    path("recordings/", library.library, name="records"),
    path("sessions/", views.sessions, name="sessions"),
]
