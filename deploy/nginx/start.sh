#!/bin/sh
# What the nginx container runs: the name server of the container's network goes to where upstream.conf reads it.
set -eu
awk '$1 == "nameserver" { address = $2 ~ /:/ ? "[" $2 "]" : $2; print "resolver " address " valid=1s ipv6=off;"; exit }' \
  /etc/resolv.conf >/tmp/resolver.conf
exec nginx -p /tmp -c /etc/nginx/unrolled/nginx.conf -g 'daemon off;'
