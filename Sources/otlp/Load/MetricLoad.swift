internal import OTLPTesting
internal import TelemetrySDK

/// Collections of the standard workload's metrics with the load's resource and attributes. An index is a data point's.
package struct MetricLoad: LoadSource {
  private let shape: LoadShape
  private let workload: StandardWorkload
  private let resource: Resource
  private let run: MetricRun

  package init(_ plan: LoadPlan, _ run: MetricRun) {
    shape = plan.shape
    self.run = run
    resource = plan.shape.resource
    workload = StandardWorkload(seed: .random(in: .min ... .max), startTimeUnixNano: Process.wallClockNanoseconds)
  }

  /// A collection is exported at once.
  package var groupSize: Int { run.maxExportPoints }

  package func end(_ indices: Range<Int>, isStopped: () -> Bool) {
    let metrics = workload.metrics(
      indices, timeUnixNano: Process.wallClockNanoseconds, resource: resource, attributes: shape.attributes)
    run.export(metrics)
  }
}
