import datetime

from counterpoise.v1 import analysis_pb2 as _analysis_pb2
from counterpoise.v1 import network_pb2 as _network_pb2
from counterpoise.v1 import plan_pb2 as _plan_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreatePlanRequest(_message.Message):
    __slots__ = ("network", "network_name", "alert_batch_names", "alerts", "scope_sku_ids", "parameters", "display_name", "request_id", "validate_only", "wait_for_result", "scope_categories", "scope_node_ids", "scope_alert_ids", "severity_weights", "response_policy", "min_line_benefit", "min_dispatch_benefit", "former_plan", "responses", "standard_response_policy", "event_name")
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    NETWORK_NAME_FIELD_NUMBER: _ClassVar[int]
    ALERT_BATCH_NAMES_FIELD_NUMBER: _ClassVar[int]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_SKU_IDS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_RESULT_FIELD_NUMBER: _ClassVar[int]
    SCOPE_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    SCOPE_NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ALERT_IDS_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_POLICY_FIELD_NUMBER: _ClassVar[int]
    MIN_LINE_BENEFIT_FIELD_NUMBER: _ClassVar[int]
    MIN_DISPATCH_BENEFIT_FIELD_NUMBER: _ClassVar[int]
    FORMER_PLAN_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    STANDARD_RESPONSE_POLICY_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    network: _network_pb2.NetworkData
    network_name: str
    alert_batch_names: _containers.RepeatedScalarFieldContainer[str]
    alerts: _containers.RepeatedCompositeFieldContainer[_network_pb2.Alert]
    scope_sku_ids: _containers.RepeatedScalarFieldContainer[str]
    parameters: _plan_pb2.SolveParameters
    display_name: str
    request_id: str
    validate_only: bool
    wait_for_result: bool
    scope_categories: _containers.RepeatedScalarFieldContainer[str]
    scope_node_ids: _containers.RepeatedScalarFieldContainer[str]
    scope_alert_ids: _containers.RepeatedScalarFieldContainer[str]
    severity_weights: _containers.RepeatedCompositeFieldContainer[_plan_pb2.SeverityWeight]
    response_policy: _containers.RepeatedCompositeFieldContainer[_plan_pb2.SeverityResponses]
    min_line_benefit: float
    min_dispatch_benefit: float
    former_plan: _plan_pb2.FormerPlan
    responses: _containers.RepeatedScalarFieldContainer[_plan_pb2.Response]
    standard_response_policy: bool
    event_name: str
    def __init__(self, network: _Optional[_Union[_network_pb2.NetworkData, _Mapping]] = ..., network_name: _Optional[str] = ..., alert_batch_names: _Optional[_Iterable[str]] = ..., alerts: _Optional[_Iterable[_Union[_network_pb2.Alert, _Mapping]]] = ..., scope_sku_ids: _Optional[_Iterable[str]] = ..., parameters: _Optional[_Union[_plan_pb2.SolveParameters, _Mapping]] = ..., display_name: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., wait_for_result: _Optional[bool] = ..., scope_categories: _Optional[_Iterable[str]] = ..., scope_node_ids: _Optional[_Iterable[str]] = ..., scope_alert_ids: _Optional[_Iterable[str]] = ..., severity_weights: _Optional[_Iterable[_Union[_plan_pb2.SeverityWeight, _Mapping]]] = ..., response_policy: _Optional[_Iterable[_Union[_plan_pb2.SeverityResponses, _Mapping]]] = ..., min_line_benefit: _Optional[float] = ..., min_dispatch_benefit: _Optional[float] = ..., former_plan: _Optional[_Union[_plan_pb2.FormerPlan, _Mapping]] = ..., responses: _Optional[_Iterable[_Union[_plan_pb2.Response, str]]] = ..., standard_response_policy: _Optional[bool] = ..., event_name: _Optional[str] = ...) -> None: ...

class CreatePlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: _plan_pb2.Plan
    def __init__(self, plan: _Optional[_Union[_plan_pb2.Plan, _Mapping]] = ...) -> None: ...

class GetPlanRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetPlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: _plan_pb2.Plan
    def __init__(self, plan: _Optional[_Union[_plan_pb2.Plan, _Mapping]] = ...) -> None: ...

class ListPlansRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "state")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    state: _plan_pb2.PlanState
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[_plan_pb2.PlanState, str]] = ...) -> None: ...

class ListPlansResponse(_message.Message):
    __slots__ = ("plans", "next_page_token")
    PLANS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    plans: _containers.RepeatedCompositeFieldContainer[_plan_pb2.Plan]
    next_page_token: str
    def __init__(self, plans: _Optional[_Iterable[_Union[_plan_pb2.Plan, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WaitPlanRequest(_message.Message):
    __slots__ = ("name", "timeout")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    name: str
    timeout: _duration_pb2.Duration
    def __init__(self, name: _Optional[str] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class WaitPlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: _plan_pb2.Plan
    def __init__(self, plan: _Optional[_Union[_plan_pb2.Plan, _Mapping]] = ...) -> None: ...

class WatchPlanRequest(_message.Message):
    __slots__ = ("name", "from_index")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FROM_INDEX_FIELD_NUMBER: _ClassVar[int]
    name: str
    from_index: int
    def __init__(self, name: _Optional[str] = ..., from_index: _Optional[int] = ...) -> None: ...

class WatchPlanResponse(_message.Message):
    __slots__ = ("incumbent", "next_index", "state", "done", "plan")
    INCUMBENT_FIELD_NUMBER: _ClassVar[int]
    NEXT_INDEX_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    incumbent: _plan_pb2.Incumbent
    next_index: int
    state: _plan_pb2.PlanState
    done: bool
    plan: _plan_pb2.Plan
    def __init__(self, incumbent: _Optional[_Union[_plan_pb2.Incumbent, _Mapping]] = ..., next_index: _Optional[int] = ..., state: _Optional[_Union[_plan_pb2.PlanState, str]] = ..., done: _Optional[bool] = ..., plan: _Optional[_Union[_plan_pb2.Plan, _Mapping]] = ...) -> None: ...

class CancelPlanRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelPlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: _plan_pb2.Plan
    def __init__(self, plan: _Optional[_Union[_plan_pb2.Plan, _Mapping]] = ...) -> None: ...

class DeletePlanRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeletePlanResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReadPlanRequest(_message.Message):
    __slots__ = ("name", "tables")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TABLES_FIELD_NUMBER: _ClassVar[int]
    name: str
    tables: _containers.RepeatedScalarFieldContainer[_plan_pb2.PlanTable]
    def __init__(self, name: _Optional[str] = ..., tables: _Optional[_Iterable[_Union[_plan_pb2.PlanTable, str]]] = ...) -> None: ...

class ReadPlanResponse(_message.Message):
    __slots__ = ("transfers", "dispatches", "unmet", "alert_outcomes", "fixes", "markdowns", "exits", "purchases")
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    DISPATCHES_FIELD_NUMBER: _ClassVar[int]
    UNMET_FIELD_NUMBER: _ClassVar[int]
    ALERT_OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    FIXES_FIELD_NUMBER: _ClassVar[int]
    MARKDOWNS_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_FIELD_NUMBER: _ClassVar[int]
    transfers: _plan_pb2.TransferColumns
    dispatches: _plan_pb2.DispatchColumns
    unmet: _plan_pb2.UnmetColumns
    alert_outcomes: _plan_pb2.AlertOutcomeColumns
    fixes: _plan_pb2.FixColumns
    markdowns: _plan_pb2.MarkdownColumns
    exits: _plan_pb2.ExitColumns
    purchases: _plan_pb2.PurchaseColumns
    def __init__(self, transfers: _Optional[_Union[_plan_pb2.TransferColumns, _Mapping]] = ..., dispatches: _Optional[_Union[_plan_pb2.DispatchColumns, _Mapping]] = ..., unmet: _Optional[_Union[_plan_pb2.UnmetColumns, _Mapping]] = ..., alert_outcomes: _Optional[_Union[_plan_pb2.AlertOutcomeColumns, _Mapping]] = ..., fixes: _Optional[_Union[_plan_pb2.FixColumns, _Mapping]] = ..., markdowns: _Optional[_Union[_plan_pb2.MarkdownColumns, _Mapping]] = ..., exits: _Optional[_Union[_plan_pb2.ExitColumns, _Mapping]] = ..., purchases: _Optional[_Union[_plan_pb2.PurchaseColumns, _Mapping]] = ...) -> None: ...

class CheckPlanRequest(_message.Message):
    __slots__ = ("network", "network_name", "alert_batch_names", "alerts", "scope_sku_ids", "plan", "claimed_benefit", "scope_categories", "scope_node_ids", "scope_alert_ids", "severity_weights", "response_policy", "min_line_benefit", "min_dispatch_benefit", "former_plan", "claimed_objective", "responses", "standard_response_policy", "event_name")
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    NETWORK_NAME_FIELD_NUMBER: _ClassVar[int]
    ALERT_BATCH_NAMES_FIELD_NUMBER: _ClassVar[int]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_SKU_IDS_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_BENEFIT_FIELD_NUMBER: _ClassVar[int]
    SCOPE_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    SCOPE_NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ALERT_IDS_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_POLICY_FIELD_NUMBER: _ClassVar[int]
    MIN_LINE_BENEFIT_FIELD_NUMBER: _ClassVar[int]
    MIN_DISPATCH_BENEFIT_FIELD_NUMBER: _ClassVar[int]
    FORMER_PLAN_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    STANDARD_RESPONSE_POLICY_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    network: _network_pb2.NetworkData
    network_name: str
    alert_batch_names: _containers.RepeatedScalarFieldContainer[str]
    alerts: _containers.RepeatedCompositeFieldContainer[_network_pb2.Alert]
    scope_sku_ids: _containers.RepeatedScalarFieldContainer[str]
    plan: _plan_pb2.ProposedPlan
    claimed_benefit: float
    scope_categories: _containers.RepeatedScalarFieldContainer[str]
    scope_node_ids: _containers.RepeatedScalarFieldContainer[str]
    scope_alert_ids: _containers.RepeatedScalarFieldContainer[str]
    severity_weights: _containers.RepeatedCompositeFieldContainer[_plan_pb2.SeverityWeight]
    response_policy: _containers.RepeatedCompositeFieldContainer[_plan_pb2.SeverityResponses]
    min_line_benefit: float
    min_dispatch_benefit: float
    former_plan: _plan_pb2.FormerPlan
    claimed_objective: float
    responses: _containers.RepeatedScalarFieldContainer[_plan_pb2.Response]
    standard_response_policy: bool
    event_name: str
    def __init__(self, network: _Optional[_Union[_network_pb2.NetworkData, _Mapping]] = ..., network_name: _Optional[str] = ..., alert_batch_names: _Optional[_Iterable[str]] = ..., alerts: _Optional[_Iterable[_Union[_network_pb2.Alert, _Mapping]]] = ..., scope_sku_ids: _Optional[_Iterable[str]] = ..., plan: _Optional[_Union[_plan_pb2.ProposedPlan, _Mapping]] = ..., claimed_benefit: _Optional[float] = ..., scope_categories: _Optional[_Iterable[str]] = ..., scope_node_ids: _Optional[_Iterable[str]] = ..., scope_alert_ids: _Optional[_Iterable[str]] = ..., severity_weights: _Optional[_Iterable[_Union[_plan_pb2.SeverityWeight, _Mapping]]] = ..., response_policy: _Optional[_Iterable[_Union[_plan_pb2.SeverityResponses, _Mapping]]] = ..., min_line_benefit: _Optional[float] = ..., min_dispatch_benefit: _Optional[float] = ..., former_plan: _Optional[_Union[_plan_pb2.FormerPlan, _Mapping]] = ..., claimed_objective: _Optional[float] = ..., responses: _Optional[_Iterable[_Union[_plan_pb2.Response, str]]] = ..., standard_response_policy: _Optional[bool] = ..., event_name: _Optional[str] = ...) -> None: ...

class CheckPlanResponse(_message.Message):
    __slots__ = ("certificate", "benefit", "currency", "money_decimals", "line_benefit_money_units", "alert_outcomes", "unmet_units", "warnings", "objective")
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    MONEY_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    LINE_BENEFIT_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    ALERT_OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    UNMET_UNITS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    certificate: _plan_pb2.Certificate
    benefit: float
    currency: str
    money_decimals: int
    line_benefit_money_units: _containers.RepeatedScalarFieldContainer[int]
    alert_outcomes: _plan_pb2.AlertOutcomeCounts
    unmet_units: int
    warnings: _containers.RepeatedCompositeFieldContainer[_network_pb2.Warning]
    objective: float
    def __init__(self, certificate: _Optional[_Union[_plan_pb2.Certificate, _Mapping]] = ..., benefit: _Optional[float] = ..., currency: _Optional[str] = ..., money_decimals: _Optional[int] = ..., line_benefit_money_units: _Optional[_Iterable[int]] = ..., alert_outcomes: _Optional[_Union[_plan_pb2.AlertOutcomeCounts, _Mapping]] = ..., unmet_units: _Optional[int] = ..., warnings: _Optional[_Iterable[_Union[_network_pb2.Warning, _Mapping]]] = ..., objective: _Optional[float] = ...) -> None: ...

class RepairPlanRequest(_message.Message):
    __slots__ = ("network", "network_name", "alert_batch_names", "alerts", "scope_sku_ids", "parameters", "display_name", "request_id", "validate_only", "wait_for_result", "scope_categories", "scope_node_ids", "scope_alert_ids", "severity_weights", "response_policy", "min_line_benefit", "min_dispatch_benefit", "plan", "responses", "standard_response_policy", "event_name")
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    NETWORK_NAME_FIELD_NUMBER: _ClassVar[int]
    ALERT_BATCH_NAMES_FIELD_NUMBER: _ClassVar[int]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_SKU_IDS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_RESULT_FIELD_NUMBER: _ClassVar[int]
    SCOPE_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    SCOPE_NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ALERT_IDS_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_POLICY_FIELD_NUMBER: _ClassVar[int]
    MIN_LINE_BENEFIT_FIELD_NUMBER: _ClassVar[int]
    MIN_DISPATCH_BENEFIT_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    STANDARD_RESPONSE_POLICY_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    network: _network_pb2.NetworkData
    network_name: str
    alert_batch_names: _containers.RepeatedScalarFieldContainer[str]
    alerts: _containers.RepeatedCompositeFieldContainer[_network_pb2.Alert]
    scope_sku_ids: _containers.RepeatedScalarFieldContainer[str]
    parameters: _plan_pb2.SolveParameters
    display_name: str
    request_id: str
    validate_only: bool
    wait_for_result: bool
    scope_categories: _containers.RepeatedScalarFieldContainer[str]
    scope_node_ids: _containers.RepeatedScalarFieldContainer[str]
    scope_alert_ids: _containers.RepeatedScalarFieldContainer[str]
    severity_weights: _containers.RepeatedCompositeFieldContainer[_plan_pb2.SeverityWeight]
    response_policy: _containers.RepeatedCompositeFieldContainer[_plan_pb2.SeverityResponses]
    min_line_benefit: float
    min_dispatch_benefit: float
    plan: _plan_pb2.ProposedPlan
    responses: _containers.RepeatedScalarFieldContainer[_plan_pb2.Response]
    standard_response_policy: bool
    event_name: str
    def __init__(self, network: _Optional[_Union[_network_pb2.NetworkData, _Mapping]] = ..., network_name: _Optional[str] = ..., alert_batch_names: _Optional[_Iterable[str]] = ..., alerts: _Optional[_Iterable[_Union[_network_pb2.Alert, _Mapping]]] = ..., scope_sku_ids: _Optional[_Iterable[str]] = ..., parameters: _Optional[_Union[_plan_pb2.SolveParameters, _Mapping]] = ..., display_name: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., wait_for_result: _Optional[bool] = ..., scope_categories: _Optional[_Iterable[str]] = ..., scope_node_ids: _Optional[_Iterable[str]] = ..., scope_alert_ids: _Optional[_Iterable[str]] = ..., severity_weights: _Optional[_Iterable[_Union[_plan_pb2.SeverityWeight, _Mapping]]] = ..., response_policy: _Optional[_Iterable[_Union[_plan_pb2.SeverityResponses, _Mapping]]] = ..., min_line_benefit: _Optional[float] = ..., min_dispatch_benefit: _Optional[float] = ..., plan: _Optional[_Union[_plan_pb2.ProposedPlan, _Mapping]] = ..., responses: _Optional[_Iterable[_Union[_plan_pb2.Response, str]]] = ..., standard_response_policy: _Optional[bool] = ..., event_name: _Optional[str] = ...) -> None: ...

class RepairPlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: _plan_pb2.Plan
    def __init__(self, plan: _Optional[_Union[_plan_pb2.Plan, _Mapping]] = ...) -> None: ...

class ListPlanAlternativesRequest(_message.Message):
    __slots__ = ("name", "alert_ids", "time_limit", "most_alerts", "keep_share")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ALERT_IDS_FIELD_NUMBER: _ClassVar[int]
    TIME_LIMIT_FIELD_NUMBER: _ClassVar[int]
    MOST_ALERTS_FIELD_NUMBER: _ClassVar[int]
    KEEP_SHARE_FIELD_NUMBER: _ClassVar[int]
    name: str
    alert_ids: _containers.RepeatedScalarFieldContainer[str]
    time_limit: _duration_pb2.Duration
    most_alerts: int
    keep_share: float
    def __init__(self, name: _Optional[str] = ..., alert_ids: _Optional[_Iterable[str]] = ..., time_limit: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., most_alerts: _Optional[int] = ..., keep_share: _Optional[float] = ...) -> None: ...

class ListPlanAlternativesResponse(_message.Message):
    __slots__ = ("alternative", "transfers", "note", "markdowns", "exits", "purchases")
    ALTERNATIVE_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    MARKDOWNS_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_FIELD_NUMBER: _ClassVar[int]
    alternative: _analysis_pb2.PlanAlternative
    transfers: _plan_pb2.TransferColumns
    note: str
    markdowns: _plan_pb2.MarkdownColumns
    exits: _plan_pb2.ExitColumns
    purchases: _plan_pb2.PurchaseColumns
    def __init__(self, alternative: _Optional[_Union[_analysis_pb2.PlanAlternative, _Mapping]] = ..., transfers: _Optional[_Union[_plan_pb2.TransferColumns, _Mapping]] = ..., note: _Optional[str] = ..., markdowns: _Optional[_Union[_plan_pb2.MarkdownColumns, _Mapping]] = ..., exits: _Optional[_Union[_plan_pb2.ExitColumns, _Mapping]] = ..., purchases: _Optional[_Union[_plan_pb2.PurchaseColumns, _Mapping]] = ...) -> None: ...

class ComparePlansRequest(_message.Message):
    __slots__ = ("name", "other_name", "other_plan")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OTHER_NAME_FIELD_NUMBER: _ClassVar[int]
    OTHER_PLAN_FIELD_NUMBER: _ClassVar[int]
    name: str
    other_name: str
    other_plan: _plan_pb2.ProposedPlan
    def __init__(self, name: _Optional[str] = ..., other_name: _Optional[str] = ..., other_plan: _Optional[_Union[_plan_pb2.ProposedPlan, _Mapping]] = ...) -> None: ...

class ComparePlansResponse(_message.Message):
    __slots__ = ("difference", "lines", "dispatches", "alert_outcomes", "markdowns", "exits", "purchases")
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    DISPATCHES_FIELD_NUMBER: _ClassVar[int]
    ALERT_OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    MARKDOWNS_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_FIELD_NUMBER: _ClassVar[int]
    difference: _analysis_pb2.PlanDifference
    lines: _analysis_pb2.LineChangeColumns
    dispatches: _analysis_pb2.DispatchChangeColumns
    alert_outcomes: _analysis_pb2.OutcomeChangeColumns
    markdowns: _analysis_pb2.MarkdownChangeColumns
    exits: _analysis_pb2.ExitChangeColumns
    purchases: _analysis_pb2.PurchaseChangeColumns
    def __init__(self, difference: _Optional[_Union[_analysis_pb2.PlanDifference, _Mapping]] = ..., lines: _Optional[_Union[_analysis_pb2.LineChangeColumns, _Mapping]] = ..., dispatches: _Optional[_Union[_analysis_pb2.DispatchChangeColumns, _Mapping]] = ..., alert_outcomes: _Optional[_Union[_analysis_pb2.OutcomeChangeColumns, _Mapping]] = ..., markdowns: _Optional[_Union[_analysis_pb2.MarkdownChangeColumns, _Mapping]] = ..., exits: _Optional[_Union[_analysis_pb2.ExitChangeColumns, _Mapping]] = ..., purchases: _Optional[_Union[_analysis_pb2.PurchaseChangeColumns, _Mapping]] = ...) -> None: ...

class PriceRulesRequest(_message.Message):
    __slots__ = ("name", "time_limit", "most_places")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_LIMIT_FIELD_NUMBER: _ClassVar[int]
    MOST_PLACES_FIELD_NUMBER: _ClassVar[int]
    name: str
    time_limit: _duration_pb2.Duration
    most_places: int
    def __init__(self, name: _Optional[str] = ..., time_limit: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., most_places: _Optional[int] = ...) -> None: ...

class PriceRulesResponse(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[_analysis_pb2.RulePrice]
    def __init__(self, rules: _Optional[_Iterable[_Union[_analysis_pb2.RulePrice, _Mapping]]] = ...) -> None: ...
