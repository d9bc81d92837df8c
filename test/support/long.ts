/** Why a long test does not run; undefined where it is asked for. All of them would take more than ten minutes. */
export const NO_LONG: string | undefined = process.env["KUGETSU_TEST_LONG"]
  ? undefined
  : "KUGETSU_TEST_LONG=1 runs it";
