{{/* A Deployment of (dict "root" $ "of" a component of lacio.components). */}}
{{- define "lacio.deployment" -}}
{{- $root := .root -}}
{{- $of := .of -}}
{{- $names := dict "root" $root "name" $of.name "component" $of.component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $of.workload }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "lacio.labels" $names | nindent 4 }}
spec:
  {{- if not (include "lacio.scaled" .) }}
  replicas: {{ $of.settings.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  progressDeadlineSeconds: 300
  selector:
    matchLabels: {{- include "lacio.selector" $names | nindent 6 }}
  strategy:
    {{- if $of.alone }}
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
    {{- end }}
  template:
    metadata:
      labels: {{- include "lacio.podLabels" $names | nindent 8 }}
      {{- with $of.settings.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "lacio.podDefaults" (dict "root" $root "account" $of.name "settings" $of.settings) | nindent 6 }}
      terminationGracePeriodSeconds: {{ include "lacio.grace" $of }}
      {{- if not $of.alone }}
      topologySpreadConstraints:
        {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "lacio.selector" $names | nindent 14 }}
          matchLabelKeys: [pod-template-hash]
        {{- end }}
      {{- end }}
      containers:
        - name: {{ $of.name }}
          image: {{ include "lacio.image" (dict "root" $root "image" $of.image "repository" $of.repository) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext: {{- include "lacio.containerSecurity" . | nindent 12 }}
          env: {{- include "lacio.env" $of | trim | nindent 12 }}
          ports:
            {{- range $name, $port := $of.ports }}
            - { name: {{ $name }}, containerPort: {{ $port }} }
            {{- end }}
          {{- include "lacio.probes" . | nindent 10 }}
          lifecycle: # Whoever still has this address in its list sends here a little longer.
            preStop: { sleep: { seconds: 10 } }
          resources: {{- toYaml $of.settings.resources | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            {{- if $of.identity }}
            - { name: identity, mountPath: /var/run/secrets/lacio, readOnly: true }
            {{- end }}
            {{- if $of.certificate }}
            - { name: certificate, mountPath: /etc/lacio/cert, readOnly: true }
            {{- end }}
      volumes:
        - { name: tmp, emptyDir: { sizeLimit: 64Mi } }
        {{- with $of.identity }}
        {{- include "lacio.identity" (dict "root" $root "component" .) | nindent 8 }}
        {{- end }}
        {{- with $of.certificate }}
        - name: certificate
          secret: { secretName: {{ . }}, defaultMode: 288 } # 0440
        {{- end }}
{{- end }}

{{/*
preStop, what the process takes at most after SIGTERM by its own variables, and 15 s for a busy node. The edge first takes new connections, then
lets requests run for 30 s.
*/}}
{{- define "lacio.grace" -}}
{{- $drain := .env.DRAIN_SECONDS | default .env.SHUTDOWN_TIMEOUT | default 20 -}}
{{- if eq .component "edge" -}}{{- $drain = add (.env.EDGE_DRAIN_SECONDS | default 10) 30 -}}{{- end -}}
{{- add 10 $drain 15 -}}
{{- end }}

{{/* What every pod of the release has in common, those of Jobs too. */}}
{{- define "lacio.podDefaults" -}}
serviceAccountName: {{ .account }}
automountServiceAccountToken: false
enableServiceLinks: false # A Service called `edge` would set EDGE_PORT.
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .settings.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .settings.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "lacio.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/*
The time-outs are long: on a busy node a short one takes a pod out that answers a second later. A process that has not answered for half a minute
will not drain either, so it gets no time for that: it serves again within a minute. Readiness is slow to go (it is not what a pod that ends leaves
by): whoever is short of time for its database is so because all are, and taken out it would leave its calls to the others, or to nobody.
*/}}
{{- define "lacio.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: ops }
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: ops }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 6
  terminationGracePeriodSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: ops }
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 8
{{- end }}

{{/* Each secret by its key, so that the kubelet names the one that is missing. */}}
{{- define "lacio.env" -}}
{{- range $name, $value := .env }}
- { name: {{ $name }}, value: {{ $value | toString | quote }} }
{{- end }}
{{- $of := . }}
{{- range .secrets }}
- { name: {{ . }}, valueFrom: { secretKeyRef: { name: {{ $of.secret }}, key: {{ . }} } } }
{{- end }}
{{- range .optionalSecrets }}
- { name: {{ . }}, valueFrom: { secretKeyRef: { name: {{ $of.secret }}, key: {{ . }}, optional: true } } }
{{- end }}
{{- end }}

{{/*
Whom this pod trusts, and who it is to its peers. An rpc replica also asks the API server for the keys that its callers' tokens are verified
with. The provisioner and migrations have no peers.
*/}}
{{- define "lacio.identity" -}}
- name: identity
  projected:
    defaultMode: 288 # 0440
    sources:
      - configMap:
          name: {{ .root.Values.identity.caConfigMap }}
          items: [{ key: ca.crt, path: ca.crt }]
      {{- if has .component (list "rpc" "worker") }}
      - serviceAccountToken: { path: token, audience: {{ .root.Values.identity.audience }}, expirationSeconds: 3600 }
      {{- end }}
      {{- if eq .component "rpc" }}
      - serviceAccountToken: { path: api-server-token, expirationSeconds: 3600 }
      {{- end }}
{{- end }}

{{/* (dict "root" $ "image" own values "repository" default) */}}
{{- define "lacio.image" -}}
{{- $values := .root.Values.image -}}
{{- $name := .image.repository | default .repository -}}
{{- with $values.registry -}}{{ . }}/{{- end -}}{{ $name }}
{{- if .image.digest -}}@{{ .image.digest }}{{- else -}}:{{ $values.tag | default .root.Chart.AppVersion }}{{- end -}}
{{- end }}
