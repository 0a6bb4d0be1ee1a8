{{- define "crrc.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "crrc.labels" -}}
app.kubernetes.io/name: crrc
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
{{- end }}

{{- define "crrc.pod" -}}
serviceAccountName: crrc
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- if .Values.image.pullSecret }}
imagePullSecrets:
  - name: {{ .Values.image.pullSecret }}
{{- end }}
volumes:
  - name: home
    emptyDir:
      sizeLimit: 2Gi
  - name: tmp
    emptyDir:
      sizeLimit: 2Gi
  - name: keys
    secret:
      secretName: crrc-portal
      defaultMode: 288
      items:
        - key: signing.pem
          path: signing.pem
  - name: authorities
    configMap:
      name: crrc-authorities
{{- end }}

{{- define "crrc.container" -}}
image: {{ include "crrc.image" . }}
imagePullPolicy: IfNotPresent
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: home
    mountPath: /var/lib/crrc
  - name: tmp
    mountPath: /tmp
  - name: keys
    mountPath: /etc/crrc/keys
    readOnly: true
  - name: authorities
    mountPath: /etc/crrc/authorities
    readOnly: true
{{- end }}

{{- define "crrc.secrets" -}}
- name: CRRC_SIGNING_KEY
  value: /etc/crrc/keys/signing.pem
{{- range (list "CRRC_DATABASE_URL" "CRRC_REDIS_URL" "CRRC_SECRETS_KEYS") }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: crrc-portal
      key: {{ . }}
{{- end }}
{{- range (list "CRRC_DATABASE_REPLICA_URL" "CRRC_SMTP_URL" "CRRC_S3_ACCESS_KEY" "CRRC_S3_SECRET_KEY" "CRRC_METRICS_TOKEN" "CRRC_STRIPE_SECRET_KEY" "CRRC_STRIPE_WEBHOOK_SECRET") }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: crrc-portal
      key: {{ . }}
      optional: true
{{- end }}
{{- end }}
