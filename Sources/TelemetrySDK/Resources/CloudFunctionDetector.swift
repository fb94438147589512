/// The cloud function: AWS Lambda, Google Cloud Run and Cloud Functions, Azure Functions, by the variables that each
/// platform sets.
public struct CloudFunctionDetector: ResourceDetector {
  private let environment: Environment

  /// Makes a detector.
  public init(environment: [String: String]) { self.environment = Environment(environment) }

  /// The attributes `cloud.…` and `faas.…` of the platform; ``Resource/empty`` elsewhere.
  public func detect() -> Resource { lambda ?? google ?? azure ?? .empty }

  private var lambda: Resource? {
    guard let name = environment.attribute("AWS_LAMBDA_FUNCTION_NAME") else { return nil }
    return resource([
      "cloud.provider": "aws", "cloud.platform": "aws_lambda",
      "cloud.region": environment.attribute("AWS_REGION", "AWS_DEFAULT_REGION"),
      "faas.name": name,
      "faas.version": environment.attribute("AWS_LAMBDA_FUNCTION_VERSION"),
      "faas.instance": environment.attribute("AWS_LAMBDA_LOG_STREAM_NAME"),
      "faas.max_memory": environment.bytesAttribute("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
      "aws.log.group.names": environment.attribute("AWS_LAMBDA_LOG_GROUP_NAME").map { .array([$0]) },
    ])
  }

  private var google: Resource? {
    let isFunction = environment.attribute("FUNCTION_TARGET") != nil
    guard let name = environment.attribute("K_SERVICE", "CLOUD_RUN_JOB") else { return nil }
    let index = environment.string(["CLOUD_RUN_TASK_INDEX"]).flatMap { Int64($0.value) }
    return resource([
      "cloud.provider": "gcp", "cloud.platform": isFunction ? "gcp_cloud_functions" : "gcp_cloud_run",
      "cloud.account.id": environment.attribute("GOOGLE_CLOUD_PROJECT"),
      "cloud.region": environment.attribute("GOOGLE_CLOUD_REGION", "FUNCTION_REGION"),
      "faas.name": name,
      "faas.version": environment.attribute("K_REVISION"),
      "gcp.cloud_run.job.execution": environment.attribute("CLOUD_RUN_EXECUTION"),
      "gcp.cloud_run.job.task_index": index.map { .int($0) },
    ])
  }

  private var azure: Resource? {
    guard environment.attribute("FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION") != nil,
      let name = environment.string(["WEBSITE_SITE_NAME"])?.value
    else { return nil }
    return resource([
      "cloud.provider": "azure", "cloud.platform": "azure.functions",
      "cloud.region": environment.attribute("REGION_NAME"),
      "cloud.resource_id": azureResourceID(name),
      "faas.name": .string(name),
      "faas.instance": environment.attribute("WEBSITE_INSTANCE_ID"),
      "faas.max_memory": environment.bytesAttribute("WEBSITE_MEMORY_LIMIT_MB"),
    ])
  }

  /// The resource's id, of the subscription in front of the `+` in the owner's name, the group and the site.
  private func azureResourceID(_ site: String) -> AttributeValue? {
    guard let group = environment.string(["WEBSITE_RESOURCE_GROUP"])?.value,
      let owner = environment.string(["WEBSITE_OWNER_NAME"])?.value, let plus = owner.firstIndex(of: "+")
    else { return nil }
    return .string(
      "/subscriptions/\(owner[..<plus])/resourceGroups/\(group)/providers/Microsoft.Web/sites/\(site)")
  }
}
