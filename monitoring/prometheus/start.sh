#!/bin/sh
# Starts Prometheus in its container: in real time with the files of the checkout, otherwise with what
# the service `rules` compiled. Each time scale has its own data, for the same series mean other times.
# Jobs of servers that do not run in this profile are left out: their targets would be down for ever.
set -eu
scale=${TIME_SCALE:-1}
folder=/etc/prometheus
resend=10s # below group_interval, so that no alert is reported twice; an alert not sent for 40 s ends
if [ "$scale" != 1 ]; then
  folder=/scaled
  resend=3s
  set -- --query.lookback-delta=10s "$@"
fi
absent="otel-collector span-metrics infrastructure loki victoria-logs tempo jaeger"
if [ -n "${OTLP_ENDPOINT-}" ]; then
  absent=
  for store in loki victoria-logs tempo jaeger; do
    [ "$store" = "${LOG_STORE:-loki}" ] || [ "$store" = "${TRACE_STORE:-tempo}" ] || absent="$absent $store"
  done
fi
mkdir -p /tmp/config
for rules in rules slo; do ln -sfn "$folder/$rules" "/tmp/config/$rules"; done
awk -v jobs="$absent" -f /etc/prometheus/without.awk "$folder/prometheus.yml" > /tmp/config/prometheus.yml
exec /bin/prometheus --config.file=/tmp/config/prometheus.yml --storage.tsdb.path="/prometheus/time-scale-$scale" \
  --rules.alert.resend-delay="$resend" "$@"
