internal import OTLPTesting
package import TelemetrySDK

/// Log records of the standard workload with the load's resource and attributes.
package struct LogRecordLoad: LoadSource {
  private let shape: LoadShape
  private let workload: StandardWorkload
  private let resource: Resource
  private let processor: BatchLogRecordProcessor

  package init(_ plan: LoadPlan, _ processor: BatchLogRecordProcessor) {
    shape = plan.shape
    self.processor = processor
    resource = plan.shape.resource
    workload = StandardWorkload(seed: .random(in: .min ... .max), startTimeUnixNano: Process.wallClockNanoseconds)
  }

  package var groupSize: Int { 1 }

  package func end(_ indices: Range<Int>, isStopped: () -> Bool) {
    for index in indices where !isStopped() {
      var record = workload.logRecord(index, timeUnixNano: Process.wallClockNanoseconds)
      record.resource = resource
      for element in shape.attributes { record.attributes[element.key] = element.value }
      processor.onEnd(record)
    }
  }
}
