/** Service worker: shows pushed notifications and opens what they are about. Caches nothing. */

declare const self: ServiceWorkerGlobalScope;

interface Pushed {
  title: string;
  body: string;
  url: string;
  tag: string;
}

self.addEventListener("push", (event) => {
  const pushed = (event.data?.json() ?? {}) as Partial<Pushed>;
  event.waitUntil(
    self.registration.showNotification(pushed.title ?? "Reachback", {
      body: pushed.body ?? "",
      tag: pushed.tag ?? "reachback",
      data: { url: pushed.url ?? "/" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(String(event.notification.data?.url ?? "/"), self.location.origin);
  // Only our own pages: the address came over a push service.
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});

export {};
