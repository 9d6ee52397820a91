// The types of alerts: how each is called, what it is measured in, and what it can be told
// to watch.
const money = { unit: 'money', credit_type: true };

const kTypes = {
  spend_threshold_reached:
    { label: 'Spend', rises: true, value: 'current_spend', ...money },
  monthly_invoice_total_spend_threshold_reached:
    { label: 'Invoices of the month', rises: true, value: 'invoice_total', ...money },
  usage_threshold_reached:
    { label: 'Usage', rises: true, value: 'current_usage', unit: 'quantity', metric: true },
  invoice_total_reached:
    { label: 'Invoice total', rises: true, value: 'invoice_total', ...money },
  low_remaining_commit_balance_reached:
    { label: 'Low commit balance', value: 'remaining_balance', ...money },
  low_remaining_commit_percentage_reached:
    { label: 'Low commit balance, percent', value: 'remaining_percentage', unit: 'percent', credit_type: true },
  low_remaining_days_for_commit_segment_reached:
    { label: 'Days left of a commit', value: 'remaining_days', unit: 'days', credit_type: true },
  low_remaining_contract_credit_balance_reached:
    { label: 'Low contract credit', value: 'remaining_balance', ...money },
  low_remaining_contract_credit_percentage_reached:
    { label: 'Low contract credit, percent', value: 'remaining_percentage', unit: 'percent', credit_type: true },
  low_remaining_days_for_contract_credit_segment_reached:
    { label: 'Days left of a contract credit', value: 'remaining_days', unit: 'days', credit_type: true },
  low_remaining_contract_credit_and_commit_balance_reached:
    { label: 'Low credit and commit balance', value: 'remaining_balance', ...money },
  low_remaining_contract_credit_and_commit_percentage_reached:
    { label: 'Low credit and commit balance, percent', value: 'remaining_percentage', unit: 'percent', credit_type: true },
  low_remaining_seat_balance_reached:
    { label: 'Low seat balance', value: 'remaining_balance', unit: 'quantity', seat: true },
  low_credit_balance_reached:
    { label: 'Low credit balance', value: 'remaining_balance', ...money },
  low_remaining_credit_percentage_reached:
    { label: 'Low credit balance, percent', value: 'remaining_percentage', unit: 'percent', credit_type: true },
  low_remaining_days_in_plan_reached:
    { label: 'Days left of the plan', value: 'remaining_days', unit: 'days' },
};

export const typeNames = Object.keys(kTypes);

// Of one that this page does not know yet: as much as its name says.
export function typeOf(name) {
  return kTypes[name] ??
    { label: name.replaceAll('_', ' '), rises: !name.startsWith('low_'), unit: 'quantity' };
}

// Of a notification: `alerts.spend_threshold_resolved` is `spend_threshold_reached`, and
// it is about `current_spend`.
export function typeOfNotification(type) {
  return type.replace(/^alerts\./, '').replace(/_resolved$/, '_reached');
}
export function valueOfNotification({ type, properties }) {
  const { value } = typeOf(typeOfNotification(type));
  return properties[value] ?? null;
}
