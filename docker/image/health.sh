#!/bin/bash
# health.sh PORT PATH: exit 0 if this container's service answers 200. The shell alone does it, so that the image needs no curl.
exec 3<>"/dev/tcp/127.0.0.1/${QUARKUS_HTTP_PORT:-$1}" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
read -r -t 4 answer <&3
[[ $answer == HTTP/1.*' 200'* ]]
