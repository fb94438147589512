@_exported public import TelemetryCore
@_exported public import TelemetrySDK
