"""Addresses of the queue and of cases."""

from django.urls import path

from reachback.cases.web import case_views, change_views, queue_views

app_name = "cases"
urlpatterns = [
    path("queue/", queue_views.queue, name="queue"),
    path("queue/<slug:slug>/", queue_views.queue, name="view"),
    path("cases/new/", case_views.new, name="new"),
    path("cases/<int:number>/", case_views.case, name="case"),
    path("cases/<int:number>/preview/", queue_views.preview, name="preview"),
    path("cases/<int:number>/entries/", change_views.add_entry, name="add_entry"),
    path("cases/<int:number>/draft/", change_views.save_draft, name="save_draft"),
    path("cases/<int:number>/dispatch/", change_views.dispatch, name="dispatch"),
    path("cases/<int:number>/assign/", change_views.assign, name="assign"),
    path("cases/<int:number>/priority/", change_views.set_priority, name="priority"),
    path("cases/<int:number>/waiting/", change_views.set_waiting, name="waiting"),
    path("cases/<int:number>/resolve/", change_views.resolve, name="resolve"),
    path("cases/<int:number>/close/", change_views.close, name="close"),
    path("cases/<int:number>/reopen/", change_views.reopen, name="reopen"),
    path("cases/<int:number>/undo/<uuid:entry_id>/", change_views.undo, name="undo"),
]
