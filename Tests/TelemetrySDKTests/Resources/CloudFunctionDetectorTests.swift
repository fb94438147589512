import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct CloudFunctionDetectorTests {
  private func detect(_ environment: [String: String]) -> Attributes {
    CloudFunctionDetector(environment: environment).detect().attributes
  }

  @Test func elsewhereThereIsNothing() {
    #expect(CloudFunctionDetector(environment: ["AWS_REGION": "eu-west-1"]).detect() == .empty)
  }

  @Test func lambdaIsKnownByItsFunctionName() {
    let attributes = detect([
      "AWS_LAMBDA_FUNCTION_NAME": "checkout", "AWS_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
      "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]1", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/checkout",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    ])
    #expect(
      attributes == [
        "cloud.provider": "aws", "cloud.platform": "aws_lambda", "cloud.region": "eu-west-1", "faas.name": "checkout",
        "faas.version": "$LATEST", "faas.instance": "2026/01/01/[$LATEST]1", "faas.max_memory": 134_217_728,
        "aws.log.group.names": ["/aws/lambda/checkout"],
      ])
    let broken = detect(["AWS_LAMBDA_FUNCTION_NAME": "checkout", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "much"])
    #expect(broken.map(\.key) == ["cloud.provider", "cloud.platform", "faas.name"])
  }

  @Test func googleServicesFunctionsAndJobsAreKnown() {
    #expect(
      detect(["K_SERVICE": "web", "K_REVISION": "web-1", "GOOGLE_CLOUD_PROJECT": "shop"]) == [
        "cloud.provider": "gcp", "cloud.platform": "gcp_cloud_run", "cloud.account.id": "shop", "faas.name": "web",
        "faas.version": "web-1",
      ])
    #expect(detect(["K_SERVICE": "f", "FUNCTION_TARGET": "main"])["cloud.platform"] == "gcp_cloud_functions")
    #expect(
      detect(["CLOUD_RUN_JOB": "job", "CLOUD_RUN_EXECUTION": "job-x", "CLOUD_RUN_TASK_INDEX": "3"]) == [
        "cloud.provider": "gcp", "cloud.platform": "gcp_cloud_run", "faas.name": "job",
        "gcp.cloud_run.job.execution": "job-x", "gcp.cloud_run.job.task_index": 3,
      ])
  }

  @Test func azureFunctionsAreKnown() {
    #expect(
      detect([
        "FUNCTIONS_WORKER_RUNTIME": "custom", "WEBSITE_SITE_NAME": "app", "REGION_NAME": "westeurope",
        "WEBSITE_INSTANCE_ID": "i", "WEBSITE_MEMORY_LIMIT_MB": "512", "WEBSITE_RESOURCE_GROUP": "rg",
        "WEBSITE_OWNER_NAME": "sub-id+rg-westeurope",
      ]) == [
        "cloud.provider": "azure", "cloud.platform": "azure.functions", "cloud.region": "westeurope",
        "cloud.resource_id": "/subscriptions/sub-id/resourceGroups/rg/providers/Microsoft.Web/sites/app",
        "faas.name": "app", "faas.instance": "i", "faas.max_memory": 536_870_912,
      ])
    #expect(detect(["WEBSITE_SITE_NAME": "app"]).isEmpty && detect(["FUNCTIONS_WORKER_RUNTIME": "custom"]).isEmpty)
  }
}
