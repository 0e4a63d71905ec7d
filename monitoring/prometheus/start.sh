#!/bin/sh
# Starts Prometheus in its container: in real time with the files of the checkout, otherwise with what
# the service `rules` compiled. Each time scale has its own data, for the same series mean other times.
set -eu
scale=${TIME_SCALE:-1}
if [ "$scale" = 1 ]; then
  set -- --config.file=/etc/prometheus/prometheus.yml "$@"
else
  set -- --config.file=/scaled/prometheus.yml --query.lookback-delta=10s "$@"
fi
exec /bin/prometheus --storage.tsdb.path="/prometheus/time-scale-$scale" "$@"
