#!/bin/sh
# Starts Alertmanager in its container: in real time with the file of the checkout, otherwise with what
# the service `rules` compiled.
set -eu
scale=${TIME_SCALE:-1}
if [ "$scale" = 1 ]; then
  set -- --config.file=/etc/alertmanager/alertmanager.yml "$@"
else
  set -- --config.file=/scaled/slo/alertmanager/alertmanager.yml "$@"
fi
exec /bin/alertmanager --storage.path="/alertmanager/time-scale-$scale" "$@"
