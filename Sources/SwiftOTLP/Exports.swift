@_exported public import OTLPGRPC
@_exported public import TelemetrySDK
