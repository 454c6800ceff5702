{{/*
The variables of containers that are no secrets. files/services.json says which ones the code of each part knows: another one is refused here
by its name, since nobody would notice that it does nothing.
*/}}

{{/*
(dict "field" where the values say `given` "given" … "shared" … "fixed" … "known" names "secrets" names) as JSON: what all parts share, as far
as this one knows it; over it what is given; over it what the chart itself decides.
*/}}
{{- define "lacio.environment" -}}
{{- $env := dict -}}
{{- $known := .known -}}
{{- range $name, $value := .shared -}}{{- if and $value (has $name $known) -}}{{- $_ := set $env $name $value -}}{{- end -}}{{- end -}}
{{- $all := . -}}
{{- range $name, $value := .given | default dict -}}
{{- $field := printf "%s.%s" $all.field $name -}}
{{- if hasKey $all.fixed $name -}}{{- fail (printf "%s: the chart itself sets this variable" $field) -}}{{- end -}}
{{- if has $name $all.secrets -}}{{- fail (printf "%s: this is a secret and belongs into the Secret, not into values" $field) -}}{{- end -}}
{{- if not (has $name $known) -}}{{- fail (printf "%s: nothing reads this variable there" $field) -}}{{- end -}}
{{- $_ := set $env $name $value -}}
{{- end -}}
{{- range $name, $value := .fixed -}}{{- $_ := set $env $name $value -}}{{- end -}}
{{- $env | toJson -}}
{{- end }}

{{- define "lacio.serviceEnv" -}}
{{- $fixed := dict
  "LACIO_ROLES" (ternary "rpc" "events,timers" (eq .component "rpc"))
  "SERVICE_TOKEN_FILE" "/var/run/secrets/lacio/token"
  "SERVICE_TOKEN_ISSUER" .root.Values.identity.issuer
  "SERVICE_TOKEN_NAMESPACE" .root.Release.Namespace
  "OTEL_SERVICE_NAME" .name
  "NODE_EXTRA_CA_CERTS" "/var/run/secrets/lacio/ca.crt"
  "NODE_OPTIONS" (include "lacio.heap" .settings.resources) -}}
{{- if eq .component "rpc" -}}
{{- $_ := set $fixed "SERVICE_TOKEN_JWKS" .root.Values.identity.jwksUrl -}}
{{- $_ := set $fixed "SERVICE_TOKEN_JWKS_BEARER_FILE" "/var/run/secrets/lacio/api-server-token" -}}
{{- end -}}
{{- with .root.Values.telemetry.otlpEndpoint -}}{{- $_ := set $fixed "OTEL_EXPORTER_OTLP_ENDPOINT" . -}}{{- end -}}
{{- $own := index .root.Values.services .name | default dict -}}
{{- $env := include "lacio.environment" (dict "field" (printf "services.%s.env" .name) "given" $own.env "shared" (include "lacio.sharedEnv" .root | fromJson)
  "fixed" $fixed "known" .truth.variables "secrets" (concat .truth.secrets .truth.optionalSecrets)) | fromJson -}}
{{- range $name := .truth.demands -}}
{{- if not (index $env $name) -}}{{- fail (printf "services.%s.env.%s is missing: %s does not start without it" $.name $name $.name) -}}{{- end -}}
{{- end -}}
{{- $env | toJson -}}
{{- end }}

{{- define "lacio.webEnv" -}}
{{- $fixed := dict "HOST" "0.0.0.0" "PORT" "3000" "OPS_PORT" "9090" "PROTOCOL_HEADER" "x-forwarded-proto" "ADDRESS_HEADER" "x-forwarded-for" "XFF_DEPTH" "1"
  "NODE_ENV" "production" "NODE_OPTIONS" (include "lacio.heap" .settings.resources) -}}
{{- $truth := include "lacio.truth" .root | fromJson -}}
{{- range $name, $service := $truth.services -}}
{{- $_ := set $fixed (printf "%s_URL" (upper $name)) (printf "http://%s:%v" $name $service.ports.rpc) -}}
{{- end -}}
{{- $shared := merge (dict "SHUTDOWN_TIMEOUT" "20" "KEEP_ALIVE_TIMEOUT" "3900") (include "lacio.sharedEnv" .root | fromJson) -}}
{{- include "lacio.environment" (dict "field" "web.env" "given" .root.Values.web.env "shared" $shared "fixed" $fixed "known" $truth.web.variables "secrets" list) -}}
{{- end }}

{{- define "lacio.edgeEnv" -}}
{{- $fixed := dict "WEB_URL" "http://web:3000" "CERT_DIR" "/etc/lacio/cert" "NODE_OPTIONS" "--max-old-space-size=64"
  "EDGE_HEAP_MB" (include "lacio.envoyMb" .settings.resources) -}}
{{- with .root.Values.telemetry.otlpEndpoint -}}{{- $_ := set $fixed "OTEL_EXPORTER_OTLP_ENDPOINT" . -}}{{- end -}}
{{- if .root.Values.gateway.enabled -}}{{/* The gateway is one proxy before the edge: it says who the client is. */}}
{{- $_ := set $fixed "TRUSTED_PROXY_HOPS" "1" -}}
{{- end -}}
{{- $truth := include "lacio.truth" .root | fromJson -}}
{{- include "lacio.environment" (dict "field" "edge.env" "given" .root.Values.edge.env "shared" (dict "EDGE_DRAIN_SECONDS" "10" "TOKEN_AUDIENCE" .root.Values.identity.audience) "fixed" $fixed
  "known" $truth.edge.variables "secrets" list) -}}
{{- end }}

{{- define "lacio.provisionerEnv" -}}
{{- $fixed := dict "NODE_OPTIONS" (include "lacio.heap" .settings.resources) "NODE_EXTRA_CA_CERTS" "/var/run/secrets/lacio/ca.crt" -}}
{{- with .root.Values.provisioner.streamReplicas -}}{{- $_ := set $fixed "STREAM_REPLICAS" (toString .) -}}{{- end -}}
{{- $truth := include "lacio.truth" .root | fromJson -}}
{{- include "lacio.environment" (dict "field" "provisioner.env" "given" .root.Values.provisioner.env "shared" (include "lacio.sharedEnv" .root | fromJson)
  "fixed" $fixed "known" $truth.provisioner.variables "secrets" (list "NATS_URL")) -}}
{{- end }}

{{/* What the salon, its address and the logs are for all parts. */}}
{{- define "lacio.sharedEnv" -}}
{{- $salon := .Values.salon -}}
{{- $env := dict
  "LOG_LEVEL" .Values.logLevel "DRAIN_SECONDS" "20" "TOKEN_AUDIENCE" .Values.identity.audience
  "PUBLIC_URL" .Values.publicUrl
  "CHECKOUT_SUCCESS_URL" (printf "%s/pago/listo" .Values.publicUrl) "CHECKOUT_CANCEL_URL" (printf "%s/pago/cancelado" .Values.publicUrl)
  "SALON_NAME" $salon.name "SALON_ADDRESS" $salon.address "SALON_CITY" $salon.city "SALON_PHONE" $salon.phone "SALON_HOURS" $salon.hours
  "SALON_TIME_ZONE" $salon.timeZone -}}
{{- range $name, $value := .Values.serviceEnv -}}{{- $_ := set $env $name $value -}}{{- end -}}
{{- $env | toJson -}}
{{- end }}

{{/* V8 may fill three quarters of the container's memory: it collects before the kernel kills. */}}
{{- define "lacio.heap" -}}
--max-old-space-size={{ div (mul (include "lacio.memoryMb" .) 75) 100 }}
{{- end }}

{{/* Envoy sheds load beyond this: all but what Node, which started it, needs. */}}
{{- define "lacio.envoyMb" -}}
{{ sub (include "lacio.memoryMb" .) 128 }}
{{- end }}

{{- define "lacio.memoryMb" -}}
{{- $limit := .limits.memory -}}
{{- if hasSuffix "Gi" $limit -}}{{ mul (trimSuffix "Gi" $limit) 1024 }}{{- else -}}{{ trimSuffix "Mi" $limit }}{{- end -}}
{{- end }}
