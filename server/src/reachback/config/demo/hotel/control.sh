#!/bin/sh
# guest-registration start|stop|restart|status - the hotel's service, as its installer left it.
here=$(cd "$(dirname "$0")" && pwd)
pid="$here/service.pid"
running() { [ -f "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }
start() {
  running && { echo "guest registration is already running"; return 0; }
  setsid "@PYTHON@" "$here/service.py" "$here/guest-registration.conf" @PORT@ >>"$here/service.log" 2>&1 </dev/null &
  echo $! >"$pid"
  echo "guest registration started (port @PORT@)"
}
stop() {
  running || { echo "guest registration is not running"; return 0; }
  kill "$(cat "$pid")" && rm -f "$pid" && echo "guest registration stopped"
}
case "${1:-}" in
  start) start ;;
  stop) stop ;;
  restart) stop; start ;;
  status) running && echo "guest registration is running (pid $(cat "$pid"))" || { echo "guest registration is stopped"; exit 3; } ;;
  *) echo "usage: guest-registration start|stop|restart|status"; exit 64 ;;
esac
