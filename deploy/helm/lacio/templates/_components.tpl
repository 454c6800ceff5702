{{/*
Everything that runs for long: an rpc and a worker Deployment of each service, web, edge and provisioner, as one list that the templates of all
kinds walk through. Each is {name, component, workload (its Deployment), settings (values over their defaults), env, secrets, ports, …}.
What is true of a service comes from files/services.json, which `npm run chart` makes from the table of permissions and the code.
*/}}
{{- define "lacio.components" -}}
{{- $components := concat (include "lacio.serviceComponents" . | fromJsonArray) (include "lacio.otherComponents" . | fromJsonArray) -}}
{{- $components | toJson -}}
{{- end }}

{{- define "lacio.truth" -}}
{{- .Files.Get "files/services.json" -}}
{{- end }}

{{- define "lacio.serviceComponents" -}}
{{- $root := . -}}
{{- $list := list -}}
{{- range $name, $truth := (include "lacio.truth" . | fromJson).services -}}
{{- $own := index $root.Values.services $name | default dict -}}
{{- range $component := list "rpc" "worker" -}}
{{- $settings := include "lacio.settings" (dict "root" $root "layers" (list (index $root.Values $component) (index $own $component))) | fromJson -}}
{{- $ports := dict "ops" 9090 -}}
{{- if eq $component "rpc" -}}{{- $ports = $truth.ports -}}{{- end -}}
{{- $env := include "lacio.serviceEnv" (dict "root" $root "name" $name "component" $component "truth" $truth "settings" $settings) | fromJson -}}
{{- $list = append $list (dict
  "name" $name "component" $component "workload" (printf "%s-%s" $name $component)
  "settings" $settings "image" ($own.image | default dict) "repository" (printf "lacio/%s" $name)
  "env" $env "secret" ($own.secret | default (printf "lacio-%s" $name)) "secrets" $truth.secrets "optionalSecrets" $truth.optionalSecrets
  "ports" $ports "identity" $component "streams" $truth.streams) -}}
{{- end -}}
{{- end -}}
{{- $list | toJson -}}
{{- end }}

{{- define "lacio.otherComponents" -}}
{{- $root := . -}}
{{- $web := include "lacio.settings" (dict "root" . "layers" (list .Values.web)) | fromJson -}}
{{- $edge := include "lacio.settings" (dict "root" . "layers" (list .Values.edge)) | fromJson -}}
{{- $provisioner := include "lacio.settings" (dict "root" . "layers" (list .Values.provisioner)) | fromJson -}}
{{- list
  (dict "name" "web" "component" "web" "workload" "web" "settings" $web "image" (.Values.web.image | default dict) "repository" "lacio/web"
    "env" (include "lacio.webEnv" (dict "root" . "settings" $web) | fromJson) "secrets" list "optionalSecrets" list
    "ports" (dict "web" 3000 "ops" 9090))
  (dict "name" "edge" "component" "edge" "workload" "edge" "settings" $edge "image" (.Values.edge.image | default dict) "repository" "lacio/edge"
    "env" (include "lacio.edgeEnv" (dict "root" . "settings" $edge) | fromJson) "secrets" list "optionalSecrets" list
    "ports" (dict "https" 8443 "ops" 9090) "certificate" .Values.edge.tlsSecret)
  (dict "name" "provisioner" "component" "provisioner" "workload" "provisioner" "settings" (set $provisioner "replicas" 1)
    "image" (.Values.provisioner.image | default dict) "repository" "lacio/provisioner"
    "env" (include "lacio.provisionerEnv" (dict "root" . "settings" $provisioner) | fromJson)
    "secret" .Values.provisioner.secret "secrets" (list "NATS_URL") "optionalSecrets" list "ports" (dict "ops" 9090) "identity" "provisioner" "alone" true)
  | toJson -}}
{{- end }}

{{/* The values of a component over those of its kind, over the defaults. */}}
{{- define "lacio.settings" -}}
{{- $settings := deepCopy .root.Values.defaults -}}
{{- range .layers -}}{{- $settings = mergeOverwrite $settings (deepCopy (. | default dict)) -}}{{- end -}}
{{- $settings | toJson -}}
{{- end }}

{{/* "yes" where a number of replicas is chosen by load, and so left out of the Deployment. Takes (dict "root" $ "of" component). */}}
{{- define "lacio.scaled" -}}
{{- if eq .of.component "worker" -}}
{{- if .root.Values.keda.enabled -}}yes{{- end -}}
{{- else if (.of.settings.autoscaling | default dict).enabled -}}yes{{- end -}}
{{- end }}
