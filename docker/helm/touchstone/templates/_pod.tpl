{{/* The pod of a service; what only one service has is in a template env.SERVICE, mounts.SERVICE or volumes.SERVICE. */}}
{{- define "touchstone.pod" -}}
{{- $root := .root -}}
{{- $service := .service -}}
{{- $values := include "touchstone.values" . | fromYaml -}}
{{- $fullname := include "touchstone.fullname" $root -}}
{{- $gpu := $values.gpu | default dict -}}
metadata:
  labels:
    {{- include "touchstone.labels" . | nindent 4 }}
  annotations:
    checksum/config: {{ include "touchstone.environment" . | sha256sum }}
spec:
  serviceAccountName: {{ $fullname }}-{{ $service }}
  automountServiceAccountToken: false
  # A Service called kafka would else set KAFKA_PORT and the like, which are settings here.
  enableServiceLinks: false
  terminationGracePeriodSeconds: 60
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with $gpu.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: {{ $root.Values.user }}
    runAsGroup: {{ $root.Values.user }}
    fsGroup: {{ $root.Values.user }}
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: {{ $service }}
      image: {{ include "touchstone.image" . }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      ports:
        - name: http
          containerPort: {{ include "touchstone.port" . }}
      envFrom:
        - configMapRef:
            name: {{ $fullname }}-{{ $service }}
      env:
        {{- if ne $service "trainer" }}
        # The same after a restart, and no other pod's: a place in the group, and part of transactional ids.
        - name: TOUCHSTONE_INSTANCE_ID
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        {{- end }}
        {{- if $root.Values.strimzi.enabled }}
        - name: KAFKA_SASL_JAAS_CONFIG
          valueFrom:
            secretKeyRef:
              name: {{ $fullname }}-{{ $service }}
              key: sasl.jaas.config
        {{- end }}
        {{- include (printf "touchstone.env.%s" $service) $root | trim | nindent 8 }}
      # A start waits for topics, a registry and, in the trainer, a look at the log.
      startupProbe:
        httpGet: {path: /q/health/live, port: http}
        periodSeconds: 5
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /q/health/live, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /q/health/ready, port: http}
        periodSeconds: 5
        timeoutSeconds: 5
      resources:
        {{- $resources := deepCopy $values.resources }}
        {{- if $gpu.enabled }}
        {{- $resources = mergeOverwrite $resources (dict "limits" (dict "nvidia.com/gpu" $gpu.count)) }}
        {{- end }}
        {{- toYaml $resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        - name: work
          mountPath: /var/lib/touchstone
        {{- if $values.kafkaSecret }}
        - name: kafka
          mountPath: /etc/touchstone/kafka
          readOnly: true
        {{- end }}
        {{- if $root.Values.strimzi.enabled }}
        - name: cluster-ca
          mountPath: /etc/touchstone/ca
          readOnly: true
        {{- end }}
        {{- include (printf "touchstone.mounts.%s" $service) $root | trim | nindent 8 }}
  volumes:
    - name: tmp
      emptyDir: {}
    - name: work
      emptyDir: {}
    {{- if $values.kafkaSecret }}
    - name: kafka
      secret:
        secretName: {{ $values.kafkaSecret }}
        items:
          - {key: client.properties, path: client.properties}
    {{- end }}
    {{- if $root.Values.strimzi.enabled }}
    - name: cluster-ca
      secret:
        secretName: {{ $root.Values.strimzi.cluster }}-cluster-ca-cert
        items:
          - {key: ca.crt, path: ca.crt}
    {{- end }}
    {{- include (printf "touchstone.volumes.%s" $service) $root | trim | nindent 4 }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "touchstone.selector" . | nindent 10 }}
  {{- range $name := list "nodeSelector" "tolerations" "affinity" }}
  {{- with index $values $name }}
  {{ $name }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end -}}

{{/* Checkpoints and models, as trainer and scorer see them. */}}
{{- define "touchstone.env.store" -}}
{{- if and .Values.checkpoints.store .Values.checkpoints.existingSecret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ .Values.checkpoints.existingSecret }}
      key: access-key-id
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .Values.checkpoints.existingSecret }}
      key: secret-access-key
{{- end }}
{{- end -}}

{{- define "touchstone.mounts.models" -}}
{{- if .Values.models.existingClaim }}
- name: models
  mountPath: /models
  readOnly: true
{{- end }}
{{- end -}}

{{- define "touchstone.volumes.models" -}}
{{- with .Values.models.existingClaim }}
- name: models
  persistentVolumeClaim:
    claimName: {{ . }}
    readOnly: true
{{- end }}
{{- end -}}

{{- define "touchstone.volumes.checkpoints" -}}
- name: checkpoints
  persistentVolumeClaim:
    claimName: {{ include "touchstone.checkpointClaim" . }}
{{- end -}}

{{/* What each service has alone. */}}
{{- define "touchstone.env.scorer" -}}
{{- include "touchstone.env.store" . }}
{{- with .Values.scorer.http }}
{{- if not .insecure }}
- name: TOUCHSTONE_HTTP_KEYS
  valueFrom:
    secretKeyRef:
      name: {{ required "Set scorer.http.existingSecret to a Secret with the key keys, or scorer.http.insecure=true." .existingSecret }}
      key: keys
{{- end }}
{{- end }}
{{- end -}}

{{- define "touchstone.mounts.scorer" -}}
{{- if not .Values.checkpoints.store }}
- name: checkpoints
  mountPath: /var/lib/touchstone/checkpoints
  readOnly: true
{{- end }}
{{- include "touchstone.mounts.models" . }}
{{- end -}}

{{- define "touchstone.volumes.scorer" -}}
{{- if not .Values.checkpoints.store }}
{{ include "touchstone.volumes.checkpoints" . }}
    readOnly: true
{{- end }}
{{- include "touchstone.volumes.models" . }}
{{- end -}}

{{- define "touchstone.env.trainer" -}}
{{- include "touchstone.env.store" . }}
{{- with .Values.trainer.mlflow.existingSecret }}
- name: MLFLOW_TRACKING_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: token
{{- end }}
{{- end -}}

{{- define "touchstone.mounts.trainer" -}}
- name: checkpoints
  mountPath: /var/lib/touchstone/checkpoints
{{- include "touchstone.mounts.models" . }}
{{- end -}}

{{- define "touchstone.volumes.trainer" -}}
{{ include "touchstone.volumes.checkpoints" . }}
{{- include "touchstone.volumes.models" . }}
{{- end -}}

{{- define "touchstone.env.critique-stream" -}}
{{- with .Values.critic.existingSecret }}
- name: TOUCHSTONE_CRITIC_API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: api-key
{{- end }}
{{- end -}}

{{- define "touchstone.mounts.critique-stream" -}}
- name: state
  mountPath: /var/lib/touchstone/state
{{- end -}}

{{- define "touchstone.volumes.critique-stream" -}}
{{- end -}}
