import { column, migration, type MigrationSchema } from '#shared/tables';

export const createReviews = migration('1764000400001-create-reviews', async (schema) => {
  await createWorkflows(schema);
  await createSteps(schema);
  await createAiReviews(schema);
  await createHumanReviews(schema);
  await createDecisions(schema);
});

async function createWorkflows(schema: MigrationSchema): Promise<void> {
  await schema.createTenantTable(
    'workflow_definitions',
    {
      key: column.code,
      number: column.integer,
      name: column.text,
      status: column.code,
      trigger_event: column.code,
      published_for: column.code.orNull,
      steps: column.text,
      published_at: column.time.orNull,
    },
    { unique: [['key', 'number'], ['published_for']] },
  );
  await schema.createTenantTable(
    'workflow_instances',
    {
      definition_id: column.id,
      definition_key: column.code,
      submission_id: column.code,
      case_id: column.id,
      patient_id: column.id,
      priority: column.code,
      status: column.code,
      started_at: column.time,
      finished_at: column.time.orNull,
      correlation_id: column.code,
      fallback_reason: column.code.orNull,
      failure: column.code.orNull,
      moves: column.integer,
    },
    { unique: [['submission_id']], indexes: [['case_id'], ['definition_id', 'status'], ['created_at']] },
  );
}

async function createSteps(schema: MigrationSchema): Promise<void> {
  await schema.createTenantTable(
    'step_runs',
    {
      instance_id: column.id,
      key: column.code,
      position: column.integer,
      kind: column.code,
      status: column.code,
      depends_on: column.text,
      run_when: column.text.orNull,
      config: column.text,
      on_failure: column.code,
      max_attempts: column.integer,
      timeout: column.code.orNull,
      attempt: column.integer,
      fencing_token: column.integer,
      started_at: column.time.orNull,
      due_at: column.time.orNull,
      finished_at: column.time.orNull,
      error: column.code.orNull,
      output: column.text.orNull,
      correlation_id: column.code,
    },
    { unique: [['instance_id', 'key']] },
  );
  await schema.addIndex('step_runs', ['due_at']);
}

async function createAiReviews(schema: MigrationSchema): Promise<void> {
  await schema.createTenantTable(
    'ai_reviews',
    {
      instance_id: column.id,
      step_run_id: column.id,
      case_id: column.id,
      patient_id: column.id,
      status: column.code,
      external_case_id: column.codeOf(100).orNull,
      submission_number: column.integer,
      failed_attempts: column.integer,
      max_attempts: column.integer,
      image_hashes: column.text,
      inputs_excluded: column.text,
      submission: column.text.orNull,
      result: column.text.orNull,
      requested_at: column.time,
      started_at: column.time.orNull,
      completed_at: column.time.orNull,
      deadline_at: column.time,
      due_at: column.time.orNull,
      polls: column.integer,
      fencing_token: column.integer,
      failure: column.code.orNull,
      correlation_id: column.code,
    },
    { unique: [['step_run_id']], indexes: [['case_id'], ['instance_id'], ['patient_id', 'status']] },
  );
  await schema.addIndex('ai_reviews', ['due_at']);
  // Not unique: two organisations may be served by providers that count alike.
  await schema.addIndex('ai_reviews', ['external_case_id']);
}

async function createHumanReviews(schema: MigrationSchema): Promise<void> {
  await schema.createTenantTable(
    'review_queues',
    {
      key: column.code,
      name: column.text,
      reads_required: column.integer,
      claim_lease: column.code,
      first_read_sla: column.code,
    },
    { unique: [['key']] },
  );
  await schema.createTenantTable(
    'human_reviews',
    {
      instance_id: column.id,
      step_run_id: column.id,
      case_id: column.id,
      patient_id: column.id,
      queue_id: column.id,
      queue_key: column.code,
      priority: column.code,
      status: column.code,
      reads_required: column.integer,
      finding_ids: column.text,
      due_at: column.time,
      fallback_reason: column.code.orNull,
      claimed_by: column.id.orNull,
      claimed_by_user_id: column.id.orNull,
      claimed_at: column.time.orNull,
      lease_expires_at: column.time.orNull,
      fencing_token: column.integer,
      decided_at: column.time.orNull,
    },
    {
      unique: [['step_run_id']],
      indexes: [['case_id'], ['instance_id'], ['queue_id', 'status', 'due_at'], ['claimed_by', 'claimed_at']],
    },
  );
  await schema.addIndex('human_reviews', ['lease_expires_at']);
}

async function createDecisions(schema: MigrationSchema): Promise<void> {
  await schema.createTenantTable(
    'review_decisions',
    {
      review_id: column.id,
      instance_id: column.id,
      case_id: column.id,
      patient_id: column.id,
      practitioner_id: column.id,
      per_finding: column.text.orNull,
      management: column.text.orNull,
      rationale: column.text.orNull,
      confidence: column.integer,
      image_quality_adequate: column.flag,
      decided_at: column.time,
    },
    { unique: [['review_id']], indexes: [['case_id'], ['instance_id']] },
  );
  await schema.createTenantTable(
    'review_audit_log',
    {
      review_id: column.id,
      patient_id: column.id,
      at: column.time,
      actor: column.text,
      from_status: column.code.orNull,
      to_status: column.code,
      reason: column.text.orNull,
    },
    { indexes: [['review_id']] },
  );
}
