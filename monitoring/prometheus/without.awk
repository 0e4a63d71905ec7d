# Leaves jobs out of prometheus.yml: awk -v jobs="loki tempo" -f without.awk prometheus.yml
BEGIN {
  count = split(jobs, names, " ")
  for (i = 1; i <= count; i++) absent[names[i]] = 1
}
/^ *- job_name: / { skipped = ($3 in absent) }
/^[^ #-]/ { skipped = 0 }
!skipped
