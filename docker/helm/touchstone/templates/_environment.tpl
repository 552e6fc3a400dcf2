{{/* Variables of a service that are no secret. Takes root and service. */}}
{{- define "touchstone.environment" -}}
{{- $values := include "touchstone.values" . | fromYaml -}}
{{- $all := dict -}}
{{- $_ := set $all "QUARKUS_HTTP_HOST" "0.0.0.0" -}}
{{- $_ := set $all "QUARKUS_HTTP_PORT" (include "touchstone.port" .) -}}
{{- $_ := set $all "TOUCHSTONE_TOPIC_PREFIX" .root.Values.topicPrefix -}}
{{- $_ := set $all "KAFKA_BOOTSTRAP_SERVERS" (include "touchstone.bootstrapServers" .root) -}}
{{- $_ := set $all "KAFKA_SCHEMA_REGISTRY_URL" (required "Set kafka.registryUrl." .root.Values.kafka.registryUrl) -}}
{{- if $values.kafkaSecret -}}
{{- $_ := set $all "KAFKA_PROPERTIES_FILE" "/etc/touchstone/kafka/client.properties" -}}
{{- end -}}
{{- if .root.Values.strimzi.enabled -}}
{{- $_ := set $all "KAFKA_SECURITY_PROTOCOL" "SASL_SSL" -}}
{{- $_ := set $all "KAFKA_SASL_MECHANISM" "SCRAM-SHA-512" -}}
{{- $_ := set $all "KAFKA_SSL_TRUSTSTORE_TYPE" "PEM" -}}
{{- $_ := set $all "KAFKA_SSL_TRUSTSTORE_LOCATION" "/etc/touchstone/ca/ca.crt" -}}
{{- end -}}
{{- if eq .service "critique-stream" -}}
{{- $_ := set $all "TOUCHSTONE_CRITIC_BASE_URL" (required "Set critic.baseUrl to an OpenAI-compatible API." .root.Values.critic.baseUrl) -}}
{{- $_ := set $all "TOUCHSTONE_CRITIC_MODEL" (required "Set critic.model to a model that critic.baseUrl serves." .root.Values.critic.model) -}}
{{- $_ := set $all "TOUCHSTONE_STATE_DIR" "/var/lib/touchstone/state" -}}
{{- else -}}
{{- $_ := set $all "TOUCHSTONE_MODEL_ID" .root.Values.modelId -}}
{{- $_ := set $all "DJL_CACHE_DIR" "/var/lib/touchstone/djl" -}}
{{- with .root.Values.checkpoints.store -}}{{- $_ := set $all "TOUCHSTONE_CHECKPOINT_STORE" . -}}{{- end -}}
{{- with .root.Values.checkpoints.s3Endpoint -}}{{- $_ := set $all "TOUCHSTONE_S3_ENDPOINT" . -}}{{- end -}}
{{- if dig "gpu" "enabled" false $values -}}
{{- $_ := set $all "TOUCHSTONE_DEVICE" "cuda" -}}
{{- $_ := set $all "TOUCHSTONE_PRECISION" $values.gpu.precision -}}
{{- end -}}
{{- end -}}
{{- if eq .service "scorer" -}}
{{- $_ := set $all "TOUCHSTONE_CHECKPOINT_CACHE" "/var/lib/touchstone/fetched" -}}
{{- if not .root.Values.scorer.page -}}{{- $_ := set $all "TOUCHSTONE_PAGE" "false" -}}{{- end -}}
{{- if .root.Values.scorer.http.insecure -}}{{- $_ := set $all "TOUCHSTONE_HTTP_INSECURE" "true" -}}{{- end -}}
{{- end -}}
{{- if eq .service "trainer" -}}
{{- $_ := set $all "TOUCHSTONE_CHECKPOINT_DIR" "/var/lib/touchstone/checkpoints" -}}
{{- with .root.Values.models.baseModel -}}{{- $_ := set $all "TOUCHSTONE_BASE_MODEL" (printf "/models/%s" .) -}}{{- end -}}
{{- with $values.mlflow.uri -}}{{- $_ := set $all "TOUCHSTONE_MLFLOW_URI" . -}}{{- end -}}
{{- end -}}
{{- range $name, $value := mergeOverwrite $all ($values.config | default dict) }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end -}}
