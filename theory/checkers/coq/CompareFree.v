(** As Compare.v, for the claims about a lag alone and about what was known before a window. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master LagLower FrozenRules CrossTerm Compare.
Local Open Scope R_scope.

(** * A lag without noise *)

Lemma spent_is_sum L (w spent : nat -> R) :
  spent 0%nat = 0 -> (forall k, spent (S k) = spent k + L ^ 2 * w k ^ 2) ->
  forall J, spent J = sum J (fun k => (L * w k) ^ 2).
Proof.
  intros Start Next J. induction J as [|J IH]; [exact Start|]. rewrite Next, IH. simpl. ring.
Qed.

(** lag.first_steps *)
Lemma compare_lag_first_steps (L alpha : R) (spent w : nat -> R) (w_0 : R) :
  w 0%nat = w_0 ->
  (forall k, w (S k) = w k + (-1) * L * alpha * w_0) ->
  spent 0%nat = 0 ->
  (forall k, spent (S k) = spent k + L ^ 2 * w k ^ 2) ->
  (forall J, w J = w_0 * (1 + (-1) * INR J * L * alpha)) /\
  (forall J, spent J = L ^ 2 * w_0 ^ 2 * (INR J + (-1) * INR J * L * alpha * (-1 + INR J)
    + 1 / 6 * INR J * L ^ 2 * alpha ^ 2 * (-1 + INR J) * (-1 + 2 * INR J))) /\
  (forall J, 0 <= INR J * (-1 + INR J)).
Proof.
  intros W0 W S0 S. assert (All : forall J, _) by
    (intros J; apply (first_steps L alpha w_0 w J W0); intros k _; rewrite W; ring).
  split; [|split]; intros J; destruct (All J) as (A & B & C).
  - rewrite A. unfold line. ring.
  - rewrite (spent_is_sum L w spent S0 S), B. field.
  - apply Rle_trans with (1 := C), Req_le. ring.
Qed.

(** The gradients of the claim, one after the other: J that are read at the first weight, then others. *)
Definition gradients (L alpha w_0 : R) (slope : nat -> R) (J k : nat) : R :=
  if (k <? J)%nat then L * line L alpha w_0 k else slope (k - J)%nat.

Lemma gradients_first L alpha w_0 slope J k : (k < J)%nat ->
  gradients L alpha w_0 slope J k = L * line L alpha w_0 k.
Proof. intros H. unfold gradients. now rewrite (proj2 (Nat.ltb_lt k J) H). Qed.

Lemma gradients_total L alpha w_0 (w spent slope : nat -> R) (total : nat -> nat -> R) J :
  w 0%nat = w_0 -> (forall k, w (S k) = w k + (-1) * L * alpha * w_0) ->
  spent 0%nat = 0 -> (forall k, spent (S k) = spent k + L ^ 2 * w k ^ 2) ->
  (forall j, total j 0%nat = spent j) -> (forall j k, total j (S k) = total j k + slope k ^ 2) ->
  forall i, total J i = sum (J + i) (fun k => gradients L alpha w_0 slope J k ^ 2).
Proof.
  intros W0 W S0 S T0 T i. induction i as [|i IH].
  - rewrite T0, Nat.add_0_r, (spent_is_sum L w spent S0 S). apply sum_ext. intros k Hk.
    rewrite gradients_first by exact Hk. f_equal. f_equal.
    apply (first_steps L alpha w_0 w k W0). intros j _. rewrite W. ring.
  - rewrite T, IH, Nat.add_succ_r. simpl sum. f_equal. unfold gradients.
    replace (J + i <? J)%nat with false by (symmetry; apply Nat.ltb_ge; lia).
    now replace (J + i - J)%nat with i by lia.
Qed.

(** lag.lower *)
Lemma compare_lag_lower (A : nat -> nat -> R) (Delta : R) (K : nat -> nat -> R) (L alpha : R) (slope spent : nat -> R)
  (total : nat -> nat -> R) (w : nat -> R) (w_0 : R) (J i : nat) :
  w 0%nat = w_0 -> (forall k, w (S k) = w k + (-1) * L * alpha * w_0) ->
  spent 0%nat = 0 -> (forall k, spent (S k) = spent k + L ^ 2 * w k ^ 2) ->
  (forall j, total j 0%nat = spent j) -> (forall j k, total j (S k) = total j k + slope k ^ 2) ->
  0 < INR J -> Delta = 1 / 2 * L * w_0 ^ 2 -> A J i = total J i * / (INR J + INR i) -> K J i = INR J + INR i ->
  Delta * INR J * L * / K J i * / (-1 + 2 * INR J) * (1 + INR J) <= A J i.
Proof.
  intros W0 W S0 S T0 T HJ ED EA EK. assert (HJ' : (0 < J)%nat) by (apply INR_lt; exact HJ).
  assert (J1 : 1 <= INR J) by (apply (le_INR 1); lia). pose proof (pos_INR i) as Hi.
  rewrite EA, EK, (gradients_total L alpha w_0 w spent slope total J W0 W S0 S T0 T), <- plus_INR.
  rewrite (Rmult_comm (sum _ _)).
  apply Rle_trans with (2 := late_gradients L alpha w_0 (gradients L alpha w_0 slope J) J (J + i) HJ' ltac:(lia)
    (gradients_first L alpha w_0 slope J)).
  rewrite ED. apply Req_le. rewrite plus_INR. field. split; lra.
Qed.

(** lag.lower_rate *)
Lemma compare_lag_lower_rate (A : nat -> nat -> R) (Delta : R) (K : nat -> nat -> R) (L alpha d_m eps : R)
  (slope spent : nat -> R) (total : nat -> nat -> R) (w : nat -> R) (w_0 : R) (J i : nat) :
  w 0%nat = w_0 -> (forall k, w (S k) = w k + (-1) * L * alpha * w_0) ->
  spent 0%nat = 0 -> (forall k, spent (S k) = spent k + L ^ 2 * w k ^ 2) ->
  (forall j, total j 0%nat = spent j) -> (forall j k, total j (S k) = total j k + slope k ^ 2) ->
  0 < INR J -> Delta = 1 / 2 * L * w_0 ^ 2 -> A J i = total J i * / (INR J + INR i) -> K J i = INR J + INR i ->
  0 < L -> 0 < w_0 ^ 2 -> 0 < eps -> INR i * (-1 + INR J + (-1) * d_m) = 0 ->
  A J i <= eps -> eps <= 1 / 2 * Delta * L ->
  1 / 2 * Delta * L * / eps * (1 + d_m) < K J i.
Proof.
  intros W0 W S0 S T0 T HJ ED EA EK HL Hw He Which Reached Small.
  assert (HJ' : (0 < J)%nat) by (apply INR_lt; exact HJ).
  replace (1 / 2 * Delta * L * / eps * (1 + d_m)) with ((d_m + 1) * L * (L / 2 * w_0 ^ 2) / (2 * eps))
    by (rewrite ED; field; lra).
  rewrite EK, <- plus_INR.
  apply (late_gradients_rate L alpha w_0 (gradients L alpha w_0 slope J) J (J + i) d_m eps HL Hw He HJ' ltac:(lia)).
  - apply Rmult_integral in Which. destruct Which as [E|E]; [left | right; lra].
    destruct i as [|i]; [lia|]. exfalso. rewrite S_INR in E. pose proof (pos_INR i). lra.
  - apply gradients_first.
  - unfold average_square. apply Rle_trans with (2 := Reached), Req_le.
    rewrite EA, (gradients_total L alpha w_0 w spent slope total J W0 W S0 S T0 T), <- plus_INR. ring.
  - apply Rle_trans with (1 := Small), Req_le. rewrite ED. field.
Qed.

(** lag.upper *)
Lemma compare_lag_upper (A Delta K L Lambda1 Y a alpha p q r x : R) :
  0 <= L -> 0 <= Lambda1 -> 0 <= Delta -> 0 <= A -> 0 <= Y -> 0 < alpha -> 0 < K -> alpha * (L + Lambda1) = 1 ->
  a ^ 2 <= Y ^ 2 -> 0 <= r -> r ^ 2 = A -> x = L * alpha -> q = Lambda1 * alpha ->
  p = Delta * / K * / alpha ->
  A + Y ^ 2 + (-2) * a * r <= Y ^ 2 * q ^ 2 -> a * r <= p + 1 / 2 * x * Y ^ 2 ->
  A <= Delta * / K * (2 * L + 2 * Lambda1) /\
  A <= p * (1 + q) ^ 2 * / (1 + q + (-1 / 2) * x).
Proof.
  intros HL HLam HD HA HY Ha HK E Hay Hr Er EX EQ EP I II.
  assert (R_ : sqrt A = r) by (now apply root_is).
  destruct (lag_upper L Lambda1 Delta alpha K A Y a HL HLam HD Ha HK E HA) as (B & C).
  - split; [exact HY|]. split; [apply root_order; [exact HY|]; now rewrite pow2_abs|]. unfold eta. rewrite R_. split.
    + rewrite EQ in I. lra.
    + rewrite EX, EP in II. apply Rle_trans with (1 := II), Req_le. unfold Rdiv. rewrite Rinv_mult. ring.
  - split; [apply Rle_trans with (1 := B), Req_le; unfold Rdiv; ring|].
    apply Rle_trans with (1 := C), Req_le. rewrite EP, EQ, EX. unfold Rdiv. rewrite (Rinv_mult alpha).
    replace (1 + alpha * Lambda1 + - (alpha * L * / 2)) with (1 + Lambda1 * alpha + -1 * / 2 * (L * alpha)) by ring.
    replace (1 + alpha * Lambda1 - alpha * L * / 2) with (1 + Lambda1 * alpha + -1 * / 2 * (L * alpha)) by ring.
    ring.
Qed.

(** * Windows and what was known before them *)

Lemma vsum_seen {H : space} (W z : nat -> H) :
  (forall y, inner (W 0%nat) y = 0) -> (forall k y, inner (W (S k)) y = inner (W k) y + inner (z k) y) ->
  forall d y, inner (W d) y = inner (vsum d z) y.
Proof.
  intros Start Next d. induction d as [|d IH]; intros y; [rewrite Start; symmetry; apply inner_zero|].
  simpl. now rewrite Next, IH, inner_plus.
Qed.

(** free.frozen_orthogonal *)
Lemma compare_free_frozen_orthogonal (Smp : sampler) (Len : nat) {H : space} (G_fresh : process Smp Len H)
  (Theta W : nat -> process Smp Len H) (n_m : process Smp Len H) (z : nat -> process Smp Len H) :
  differences Smp Len H n_m -> (forall k, known Smp Len H (k + 1) (Theta k)) -> differences Smp Len H G_fresh ->
  (forall k h, taken Smp Len h -> z k h = delayed Smp Len H (k + 1) n_m h) ->
  (forall y, inner (W 0%nat) y = 0) -> (forall k y, inner (W (S k)) y = inner (W k) y + inner (z k) y) ->
  forall d, inner G_fresh (W d) + inner (Theta d) (W d) = 0.
Proof.
  intros Dn KT DG Dz W0 WS d.
  rewrite <- (frozen_sum Smp Len H n_m (Theta d) G_fresh d Dn); [| |exact DG].
  2:{ rewrite <- Nat.add_1_r. apply KT. }
  rewrite inner_plus, !(inner_sym _ (W d)), !(vsum_seen W z W0 WS), !(inner_sym (vsum d z)), Rplus_comm.
  assert (Same : forall m y, inner (vsum m z) y = inner (last_terms Smp Len H m n_m) y).
  { intros m y. unfold last_terms. rewrite !inner_vsum. apply sum_ext. intros i _.
    apply (average_taken Smp Len). intros h T. rewrite (Dz i h T), Nat.add_1_r. reflexivity. }
  rewrite !(inner_sym _ (vsum d z)), !Same, !(inner_sym (last_terms _ _ _ _ _)). reflexivity.
Qed.

(** free.weighted_window *)
Lemma compare_free_weighted_window (Smp : sampler) (Len : nat) {H : space} (c_mean s2_m : R)
  (W_c y : nat -> process Smp Len H) :
  (forall k, known Smp Len H (k + 1) (y k)) -> (forall k, centred Smp Len H (k + 1) (y k)) ->
  (forall z, inner (W_c 0%nat) z = 0) -> (forall k z, inner (W_c (S k)) z = inner (W_c k) z + inner (y k) z) ->
  (forall k, inner (y k) (y k) <= c_mean * s2_m) ->
  forall d, inner (W_c d) (W_c d) <= c_mean * INR d * s2_m.
Proof.
  intros Kn C W0 WS V d. rewrite (vsum_seen W_c y W0 WS), inner_sym, (vsum_seen W_c y W0 WS).
  apply Rle_trans with (INR d * (c_mean * s2_m)); [|right; ring].
  apply weighted_sum; intros i _; [rewrite <- Nat.add_1_r; apply C | rewrite <- Nat.add_1_r; apply Kn | apply V].
Qed.

(** * The cross term *)

(** free.converse *)
Lemma compare_free_converse (beta rest rho sigma size slope up : R) :
  0 < sigma -> 0 <= rho -> rho < 1 -> slope = (-1) * rest -> size ^ 2 = sigma ^ 2 + slope ^ 2 -> 0 < size ->
  up = 1 / 2 + 1 / 2 * slope * / size -> rest * (1 + beta * rho * / size) = beta + rho * size ->
  (up * (beta + size) + (1 + (-1) * up) * (size + (-1) * beta) = size + beta * slope * / size) /\
  ((-1) * beta + (-1) * slope + (-1) * rho * (up * (beta + size) + (1 + (-1) * up) * (size + (-1) * beta)) = 0) /\
  (sigma <= size) /\
  (rho ^ 2 * sigma ^ 2 * / (1 + (-1) * rho ^ 2) + (-1) * beta ^ 2 * rho ^ 4 * / (1 + (-1) * rho ^ 2)
    + 2 * beta * rho * size <= rest ^ 2).
Proof.
  intros Hs Hr0 Hr Esl Esz Hsz Eup Rest.
  assert (Esz' : size ^ 2 = sigma ^ 2 + rest ^ 2) by (rewrite Esz, Esl; ring).
  destruct (above_the_floor rho sigma size rest beta Hsz Esz' Hr0 Hr) as (A & B & C).
  { replace (rho * beta / size) with (beta * rho * / size) by (unfold Rdiv; ring). lra. }
  assert (M : up * (beta + size) + (1 + (-1) * up) * (size + (-1) * beta) = size + beta * slope * / size).
  { rewrite Eup, Esl. field. lra. }
  split; [exact M|]. split; [|split].
  - rewrite M, Esl. replace (beta * (-1 * rest) * / size) with (- (beta * rest / size)) by (unfold Rdiv; ring). lra.
  - pose proof (pow2_ge_0 rest). nra.
  - replace (1 + (-1) * rho ^ 2) with (1 - rho ^ 2) by ring. apply Rle_trans with (2 := C), Req_le.
    unfold CrossTerm.floor, Rdiv. ring.
Qed.
