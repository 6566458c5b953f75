/** What the referees take from the environment. */

/** The class path of TLC (`tla2tools.jar`), from `MMUCHECK_TLC`; null where it takes no part. */
export const TLC_CLASS_PATH: string | null = process.env['MMUCHECK_TLC'] ?? null;
