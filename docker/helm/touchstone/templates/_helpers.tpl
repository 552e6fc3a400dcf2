{{- define "touchstone.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels by which a service's pods are found. Takes root and service. */}}
{{- define "touchstone.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end -}}

{{- define "touchstone.labels" -}}
app.kubernetes.io/name: touchstone
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{/* The values of a service. */}}
{{- define "touchstone.values" -}}
{{- index .root.Values (.service | replace "critique-stream" "critiqueStream") | toYaml -}}
{{- end -}}

{{/* Where each service answers. */}}
{{- define "touchstone.port" -}}
{{- get (dict "scorer" "8080" "critique-stream" "8083" "trainer" "8084") .service -}}
{{- end -}}

{{- define "touchstone.image" -}}
{{- $values := include "touchstone.values" . | fromYaml -}}
{{- $gpu := dig "gpu" "enabled" false $values -}}
{{- with .root.Values.image.registry }}{{ . }}/{{ end -}}
touchstone/{{ .service }}{{ if $gpu }}-gpu{{ end }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{/* The consumer group of the critique stream: ConsumerGroups says the same. */}}
{{- define "touchstone.critiqueGroup" -}}
touchstone-critique-stream{{ if ne .Values.topicPrefix "rm." }}-{{ regexReplaceAll "[._-]+$" .Values.topicPrefix "" }}{{ end }}
{{- end -}}

{{/* Partitions of a topic: those of the catalogue, or of the values where the catalogue has several. Takes root and topic. */}}
{{- define "touchstone.partitions" -}}
{{- $usual := int (index (.root.Files.Get "files/topics.yaml" | fromYaml) .topic).partitions -}}
{{- if and (gt $usual 1) .root.Values.kafka.dataPartitions }}{{ int .root.Values.kafka.dataPartitions }}{{ else }}{{ $usual }}{{ end -}}
{{- end -}}

{{/* The topics that a service's replicas share. */}}
{{- define "touchstone.inputs" -}}
{{- get (dict "critique-stream" "pairs completions" "scorer" "critiqued-completions") .service -}}
{{- end -}}

{{/* The most replicas that can have work: as many as the input with most partitions has. */}}
{{- define "touchstone.mostReplicas" -}}
{{- $most := 0 -}}
{{- range splitList " " (include "touchstone.inputs" .) -}}
{{- $most = max $most (include "touchstone.partitions" (dict "root" $.root "topic" .)) -}}
{{- end -}}
{{- $most -}}
{{- end -}}

{{/* A number of replicas, refused where some of them would have nothing to do. Takes root, service, wanted and name. */}}
{{- define "touchstone.replicas" -}}
{{- $most := int (include "touchstone.mostReplicas" .) -}}
{{- if gt (int .wanted) $most -}}
{{- fail (printf "%s is %d, but %s reads topics of %d partitions: lower it, or raise kafka.dataPartitions." .name (int .wanted) .service $most) -}}
{{- end -}}
{{- int .wanted -}}
{{- end -}}

{{- define "touchstone.bootstrapServers" -}}
{{- if .Values.strimzi.enabled -}}
{{ .Values.strimzi.cluster }}-kafka-bootstrap:9093
{{- else -}}
{{ required "Set kafka.bootstrapServers, or strimzi.enabled=true." .Values.kafka.bootstrapServers }}
{{- end -}}
{{- end -}}

{{- define "touchstone.checkpointClaim" -}}
{{ .Values.checkpoints.persistence.existingClaim | default (printf "%s-checkpoints" (include "touchstone.fullname" .)) }}
{{- end -}}
