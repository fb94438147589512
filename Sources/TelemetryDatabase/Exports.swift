@_exported public import OTLPExport
@_exported public import TelemetrySDK
