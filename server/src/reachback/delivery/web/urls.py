"""Addresses of delivery's pages."""

from django.urls import path

from reachback.delivery.web import list_views, preference_views, worker_views

_MINE = "people/me/notifications/"

app_name = "delivery"
urlpatterns = [
    path("worker.js", worker_views.worker, name="worker"),
    path("deliveries/", list_views.deliveries, name="deliveries"),
    path("deliveries/<uuid:delivery_id>/again/", list_views.try_again, name="try_again"),
    path(_MINE, preference_views.preferences, name="preferences"),
    path(f"{_MINE}devices/", preference_views.subscribe, name="subscribe"),
    path(
        f"{_MINE}devices/<uuid:browser_id>/off/", preference_views.unsubscribe, name="unsubscribe"
    ),
    path(f"{_MINE}test/", preference_views.send_test, name="send_test"),
]
