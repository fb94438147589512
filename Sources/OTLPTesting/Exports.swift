@_exported public import TelemetrySDK
