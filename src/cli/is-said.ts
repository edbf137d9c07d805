/** Whether a prompt says anything. */
export function isSaid(prompt: string): boolean {
  return prompt.trim() !== '';
}
