import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct LoadPlanTests {
  @Test func theRateAllowsSpansOverTime() {
    var plan = LoadPlan()
    #expect(plan.allowed(after: .seconds(5)) == nil)
    plan.rate = 300
    #expect(plan.allowed(after: .zero) == 1)
    #expect(plan.allowed(after: .seconds(2)) == 601)
  }
}
