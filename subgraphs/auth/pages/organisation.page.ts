import { attributes, html } from './html';
import { type Page } from './page';
import { button, errorSummary, form, type FormTarget, hasProblems, heading, paragraph, type Problems } from './parts';
import { type Words } from './words';

export interface OrganisationChoice {
  readonly id: string;
  readonly name: string;
  /** Names of the roles there. */
  readonly roles: readonly string[];
}

export interface OrganisationView {
  readonly form: FormTarget;
  readonly choices: readonly OrganisationChoice[];
  readonly problems?: Problems;
}

/** For whom the session is to be, where a person belongs to several organisations. */
export function organisationPage({ form: target, choices, problems = {} }: OrganisationView, words: Words): Page {
  const problem = problems['organisation'];
  const options = choices.map(({ id, name, roles }, index) => {
    // The error summary leads to the first of them, which bears the name of the field.
    const elementId = index === 0 ? 'organisation' : `organisation-${String(index)}`;
    const input = attributes({
      ...{ type: 'radio', id: elementId, name: 'organisation', value: id, required: true, autofocus: index === 0 },
      'aria-describedby': roles.length > 0 ? `${elementId}-roles` : null,
    });
    const held = roles.length > 0 ? html`<span class="hint" id="${elementId}-roles">${roles.join(', ')}</span>` : null;
    return html`<div class="choice"><input${input}><label for="${elementId}">${name}</label>${held}</div>`;
  });
  const described = attributes({ 'aria-describedby': problem === undefined ? null : 'organisation-error' });
  const error =
    problem === undefined ? null : html`<p class="error" id="organisation-error">${words.problems[problem]}</p>`;
  return {
    title: words.chooseOrganisation,
    hasProblems: hasProblems(problems),
    status: hasProblems(problems) ? 422 : 200,
    body: html`${heading(words.chooseOrganisation)}${errorSummary(problems, words)}${paragraph(words.chooseOrganisationWhy)}
    ${form(target, [
      html`<fieldset${described}><legend>${words.organisation}</legend>${error}${options}</fieldset>`,
      button(words.continue),
    ])}`,
  };
}
