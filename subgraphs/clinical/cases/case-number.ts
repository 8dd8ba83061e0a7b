/**
 * A number people can read out, made from the random end of the case's id: two digits of the year and 40 bits.
 * A running number would be a row that all who open cases wait for, and would tell how many there are.
 */
export function caseNumber(caseId: string, at: Date): string {
  const end = caseId.slice(-8).toUpperCase();
  return `${at.toISOString().slice(2, 4)}-${end.slice(0, 4)}-${end.slice(4)}`;
}
