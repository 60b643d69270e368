(** An instance that falls at a constant slope, for Transient.v: Theorem 1 without lag is attained for every p.

    One weight, started at w0 = rho tau, on a function that falls at the slope [rest] over a length D, then bends (its
    gradient is L-Lipschitz) and stays at its minimum, 0.  The oracle answers +-a with a = sqrt (f'^2 + sigma^2) and
    the chances that make it unbiased, from D before the start to the end of the bend; elsewhere it answers f' exactly,
    so that no sequence of samples takes the weight far away.  D does not depend on tau, so for a large tau the
    saturation stays near rho.

    Proof.  On the slope the mean step is near alpha moved, moved = rest - rho a.  Let y = w - w0, mu = moved + (rest +
    sigma) D/tau ([pace]) and z_k = max(0, y_k - k alpha mu).  Where y >= 0 the mean step is at most alpha mu, and where
    y < 0, z_k = 0; so E z_{k+1}^2 <= E z_k^2 + alpha^2 C.  The slope is [rest] unless y > D, where z_k >= room, with
    K alpha mu + room = D; so E f'(W_k)^2 >= rest^2 (1 - K alpha^2 C/room^2). *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training Floor.
From Analog Require Import NoiseShape Attained.
Import ListNotations.
Local Open Scope R_scope.

(** * A function that falls, bends and ends *)

Definition pos (z : R) : R := Rmax 0 z.

Lemma pos_cases z : 0 <= z /\ pos z = z \/ z <= 0 /\ pos z = 0.
Proof. unfold pos, Rmax. destruct (Rle_dec 0 z); [left | right]; lra. Qed.

Lemma pos_remainder z e : Rabs (pos (z + e) ^ 2 - pos z ^ 2 - 2 * pos z * e) <= e ^ 2.
Proof.
  destruct (pos_cases (z + e)) as [[H ->]|[H ->]], (pos_cases z) as [[H' ->]|[H' ->]]; apply Rabs_le; nra.
Qed.

Section instance.
  Variables L sigma tau rho rest D : R.
  Hypothesis L_pos : 0 < L.
  Hypothesis sigma_pos : 0 < sigma.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_range : 0 <= rho < 1.
  Hypothesis rest_nonneg : 0 <= rest.
  Hypothesis D_pos : 0 < D.

  Let start := rho * tau.
  Let edge := start + D.
  Let far := edge + rest / L.
  Definition slope_of (w : R) : R := - (L * (pos (far - w) - pos (edge - w))).
  Definition height_of (w : R) : R := L / 2 * (pos (far - w) ^ 2 - pos (edge - w) ^ 2).
  Let g := slope_of.
  Let top := rest + sigma.

  Lemma bend_nonneg : 0 <= rest / L.
  Proof. now apply div_nonneg. Qed.

  Lemma bend_is : L * (rest / L) = rest.
  Proof. field. lra. Qed.

  Lemma start_nonneg : 0 <= start.
  Proof. apply Rmult_le_pos; lra. Qed.

  Lemma slope_on w : w <= edge -> g w = - rest.
  Proof.
    intros H. pose proof bend_nonneg. unfold g, slope_of.
    replace (pos (far - w) - pos (edge - w)) with (rest / L); [now rewrite bend_is|].
    destruct (pos_cases (far - w)) as [[F ->]|[F ->]], (pos_cases (edge - w)) as [[E ->]|[E ->]];
      unfold far in *; lra.
  Qed.

  Lemma slope_over w : far <= w -> g w = 0.
  Proof.
    intros H. pose proof bend_nonneg. unfold g, slope_of.
    replace (pos (far - w) - pos (edge - w)) with 0; [ring|].
    destruct (pos_cases (far - w)) as [[F ->]|[F ->]], (pos_cases (edge - w)) as [[E ->]|[E ->]];
      unfold far in *; lra.
  Qed.

  Lemma slope_range w : - rest <= g w <= 0.
  Proof.
    pose proof bend_nonneg. pose proof bend_is as B. unfold g, slope_of.
    assert (R : 0 <= pos (far - w) - pos (edge - w) <= rest / L).
    { destruct (pos_cases (far - w)) as [[F ->]|[F ->]], (pos_cases (edge - w)) as [[E ->]|[E ->]];
        unfold far in *; lra. }
    set (d := pos (far - w) - pos (edge - w)) in *.
    assert (L * d <= L * (rest / L)) by (apply Rmult_le_compat_l; lra).
    assert (0 <= L * d) by (apply Rmult_le_pos; lra). lra.
  Qed.

  Lemma slope_lipschitz w z : Rabs (g w - g z) <= L * Rabs (w - z).
  Proof.
    pose proof bend_nonneg. unfold g, slope_of.
    replace (- (L * (pos (far - w) - pos (edge - w))) - - (L * (pos (far - z) - pos (edge - z))))
      with (L * (pos (far - z) - pos (edge - z) - (pos (far - w) - pos (edge - w)))) by ring.
    rewrite Rabs_mult, (Rabs_pos_eq L) by lra. apply Rmult_le_compat_l; [lra|].
    pose proof (Rle_abs (w - z)). pose proof (Rle_abs (- (w - z))) as M. rewrite Rabs_Ropp in M. apply Rabs_le.
    destruct (pos_cases (far - w)) as [[F ->]|[F ->]], (pos_cases (edge - w)) as [[E ->]|[E ->]],
      (pos_cases (far - z)) as [[F' ->]|[F' ->]], (pos_cases (edge - z)) as [[E' ->]|[E' ->]]; unfold far in *; lra.
  Qed.

  Lemma height_nonneg w : 0 <= height_of w.
  Proof.
    pose proof bend_nonneg. unfold height_of. apply Rmult_le_pos; [lra|].
    destruct (pos_cases (far - w)) as [[F ->]|[F ->]], (pos_cases (edge - w)) as [[E ->]|[E ->]];
      unfold far in *; nra.
  Qed.

  Lemma height_start : height_of start = rest * D + rest ^ 2 / (2 * L).
  Proof.
    pose proof bend_nonneg. unfold height_of.
    destruct (pos_cases (far - start)) as [[F ->]|[F ->]], (pos_cases (edge - start)) as [[E ->]|[E ->]];
      unfold far, edge in *; try lra. field. lra.
  Qed.

  Lemma height_remainder w e : Rabs (height_of (w + e) - height_of w - g w * e) <= L * e ^ 2.
  Proof.
    pose proof (pos_remainder (far - w) (- e)) as A. pose proof (pos_remainder (edge - w) (- e)) as B.
    unfold height_of, g, slope_of. replace (far - (w + e)) with (far - w + - e) by ring.
    replace (edge - (w + e)) with (edge - w + - e) by ring.
    replace ((- e) ^ 2) with (e ^ 2) in * by ring.
    set (a := pos (far - w + - e)) in *. set (b := pos (edge - w + - e)) in *.
    set (a0 := pos (far - w)) in *. set (b0 := pos (edge - w)) in *.
    replace (L / 2 * (a ^ 2 - b ^ 2) - L / 2 * (a0 ^ 2 - b0 ^ 2) - - (L * (a0 - b0)) * e)
      with (L / 2 * ((a ^ 2 - a0 ^ 2 - 2 * a0 * - e) + - (b ^ 2 - b0 ^ 2 - 2 * b0 * - e))) by field.
    rewrite Rabs_mult, (Rabs_pos_eq (L / 2)) by lra. replace (L * e ^ 2) with (L / 2 * (2 * e ^ 2)) by field.
    apply Rmult_le_compat_l; [lra|]. apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra.
  Qed.

  (** * The oracle *)

  Definition busy (w : R) : bool := if Rle_dec (start - D) w then if Rle_dec w far then true else false else false.
  Definition sample (w : R) (i : nat) : R := if busy w then sign i * amplitude sigma (g w) else g w.
  Definition odds (w : R) (i : nat) : R :=
    if busy w then match i with O => plus_chance sigma (g w) | _ => 1 - plus_chance sigma (g w) end else / 2.
  Definition length_of (w : R) : R := if busy w then amplitude sigma (g w) else Rabs (g w).
  Definition over (w : R) (X : nat -> R) : R := sum 2 (fun i => odds w i * X i).

  Lemma odds_nonneg w i : 0 <= odds w i.
  Proof.
    unfold odds. pose proof (oracle_is_a_probability sigma sigma_pos (g w)). destruct (busy w), i; lra.
  Qed.

  Lemma odds_total w : sum 2 (odds w) = 1.
  Proof. unfold odds. simpl. destruct (busy w); lra. Qed.

  Lemma over_two w X : over w X = odds w 0 * X 0%nat + odds w 1 * X 1%nat.
  Proof. unfold over. simpl. ring. Qed.

  Lemma over_le w X c b : (forall i, X i <= c + b * - sample w i) -> over w X <= c + b * - over w (sample w).
  Proof.
    intros B. rewrite !over_two. pose proof (odds_total w) as T. simpl in T.
    pose proof (Rmult_le_compat_l _ _ _ (odds_nonneg w 0) (B 0%nat)).
    pose proof (Rmult_le_compat_l _ _ _ (odds_nonneg w 1) (B 1%nat)).
    replace (c + b * - (odds w 0 * sample w 0 + odds w 1 * sample w 1))
      with ((0 + odds w 0 + odds w 1) * c + b * - (odds w 0 * sample w 0 + odds w 1 * sample w 1)) by (rewrite T; ring).
    lra.
  Qed.

  Lemma sample_mean w : over w (sample w) = g w.
  Proof.
    rewrite over_two. unfold sample, odds. destruct (busy w); [|lra].
    pose proof (oracle_unbiased sigma sigma_pos (g w)) as U. unfold two_point in U. unfold sign. lra.
  Qed.

  Lemma sample_spread w : over w (fun i => (sample w i - g w) ^ 2) <= sigma ^ 2.
  Proof.
    rewrite over_two. unfold sample, odds. destruct (busy w); [|pose proof (pow2_ge_0 sigma); lra].
    pose proof (oracle_variance sigma sigma_pos (g w)) as U. unfold two_point in U. unfold sign.
    replace (1 * amplitude sigma (g w) - g w) with (amplitude sigma (g w) - g w) by ring.
    replace (-1 * amplitude sigma (g w) - g w) with (- amplitude sigma (g w) - g w) by ring. lra.
  Qed.

  Lemma sample_length w i : Rabs (sample w i) = length_of w.
  Proof.
    unfold sample, length_of. destruct (busy w); [|reflexivity]. pose proof (amplitude_pos sigma sigma_pos (g w)).
    rewrite Rabs_mult, (Rabs_pos_eq (amplitude _ _)) by lra.
    destruct i; unfold sign; [rewrite Rabs_pos_eq by lra | rewrite Rabs_left by lra]; ring.
  Qed.

  Lemma amplitude_top w : amplitude sigma (g w) <= top.
  Proof.
    pose proof (slope_range w). apply root_order; [unfold top; lra|]. rewrite (amplitude_sq sigma).
    unfold top. nra.
  Qed.

  Lemma length_range w : 0 <= length_of w <= top.
  Proof.
    split; [rewrite <- (sample_length w 0); apply Rabs_pos|]. unfold length_of.
    destruct (busy w); [apply amplitude_top|]. pose proof (slope_range w). unfold top. apply Rabs_le. lra.
  Qed.

  (** * The run *)

  Variable alpha : R.
  Hypothesis alpha_pos : 0 < alpha.

  Fixpoint fallen (h : history) : R :=
    match h with
    | [] => start
    | i :: h => ald tau (fallen h) (- alpha * sample (fallen h) i)
    end.

  Definition draws : sampler :=
    Sampler 2 (fun h => odds (fallen h)) (fun h => odds_nonneg (fallen h)) (fun h => odds_total (fallen h)).

  Lemma next w i : ald tau w (- alpha * sample w i) = w - alpha * (sample w i + length_of w * (w / tau)).
  Proof.
    rewrite closed_form, Rabs_mult, Rabs_Ropp, (Rabs_pos_eq alpha), sample_length by lra. field. lra.
  Qed.

  (** Never far from where the oracle is noisy, whatever is drawn. *)
  Let m := 2 * alpha * top.
  Hypothesis wide : far + m <= tau.
  Definition about (w : R) : Prop := start - D - m <= w <= far + m.

  Lemma m_pos : 0 < m.
  Proof. unfold m, top. apply Rmult_lt_0_compat; lra. Qed.

  Lemma about_abs w : about w -> Rabs w <= far + m.
  Proof.
    intros [A B]. pose proof start_nonneg. pose proof bend_nonneg. apply Rabs_le. unfold far, edge in *. lra.
  Qed.

  Lemma about_ratio w : about w -> -1 <= w / tau <= 1.
  Proof.
    intros N. assert (- tau <= w <= tau)
      by (pose proof (about_abs w N) as Q; unfold Rabs in Q; destruct (Rcase_abs w); lra).
    split; apply Rmult_le_reg_r with tau; try exact tau_pos; unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra.
  Qed.

  Lemma step_short w i : about w -> Rabs (sample w i + length_of w * (w / tau)) <= 2 * top.
  Proof.
    intros N. pose proof (about_ratio w N) as Ra. pose proof (length_range w) as Le.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite sample_length, Rabs_mult, (Rabs_pos_eq (length_of w)) by lra.
    assert (Rabs (w / tau) <= 1) by (apply Rabs_le; lra).
    assert (length_of w * Rabs (w / tau) <= length_of w * 1) by (apply Rmult_le_compat_l; lra). lra.
  Qed.

  Lemma stays_about w i : about w -> about (ald tau w (- alpha * sample w i)).
  Proof.
    intros N. pose proof N as [A B]. pose proof (step_short w i N) as S. pose proof m_pos as M.
    pose proof (about_ratio w N) as Ra. pose proof bend_nonneg as Be. pose proof (slope_range w) as Sl.
    rewrite next. set (s := sample w i + length_of w * (w / tau)) in *.
    assert (Far : - m <= alpha * s <= m).
    { assert (P : Rabs (alpha * s) <= m).
      { rewrite Rabs_mult, (Rabs_pos_eq alpha) by lra. unfold m. rewrite (Rmult_comm 2), Rmult_assoc.
        apply Rmult_le_compat_l; lra. }
      unfold Rabs in P. destruct (Rcase_abs (alpha * s)); lra. }
    destruct (busy w) eqn:E; unfold busy in E.
    - destruct (Rle_dec (start - D) w); [|discriminate]. destruct (Rle_dec w far); [|discriminate].
      unfold about. lra.
    - assert (Up : s <= 0).
      { unfold s, sample, length_of, busy. rewrite E. rewrite (Rabs_left1 (g w)) by lra.
        assert (0 <= - g w * (1 - w / tau)) by (apply Rmult_le_pos; lra). lra. }
      assert (alpha * s <= 0) by (pose proof (Rmult_le_pos alpha (- s) ltac:(lra) ltac:(lra)); lra).
      destruct (Rle_dec (start - D) w) as [Low|Low].
      + destruct (Rle_dec w far) as [High|High]; [discriminate|].
        assert (Z : s = 0).
        { unfold s, sample, length_of, busy.
          destruct (Rle_dec (start - D) w); [|lra]. destruct (Rle_dec w far); [lra|].
          rewrite slope_over by lra. rewrite Rabs_R0. ring. }
        rewrite Z. unfold about. lra.
      + unfold about, far, edge in *. lra.
  Qed.

  Lemma always_about h : about (fallen h).
  Proof.
    induction h as [|i h IH]; [|now apply stays_about].
    pose proof m_pos. pose proof bend_nonneg. unfold about, far, edge. simpl. lra.
  Qed.

  (** * How far it has come *)

  Let moved := rest - rho * amplitude sigma (- rest).
  Definition pace : R := moved + top * (D / tau).
  Hypothesis moved_nonneg : 0 <= moved.

  Lemma pace_nonneg : 0 <= pace.
  Proof.
    pose proof (Rdiv_lt_0_compat D tau D_pos tau_pos). unfold pace, top.
    assert (0 <= (rest + sigma) * (D / tau)) by (apply Rmult_le_pos; lra). lra.
  Qed.

  Lemma mean_step_short w : start <= w -> - g w - length_of w * (w / tau) <= pace.
  Proof.
    intros H. pose proof (slope_range w) as Sl. pose proof (length_range w) as Le. pose proof pace_nonneg as P.
    assert (St : start / tau = rho) by (unfold start; field; lra).
    assert (Ra : rho <= w / tau).
    { rewrite <- St. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | exact H]. }
    destruct (Rle_or_lt w far) as [F|F].
    - assert (E : length_of w = amplitude sigma (g w)).
      { unfold length_of, busy. destruct (Rle_dec (start - D) w); [|lra].
        destruct (Rle_dec w far); [reflexivity | lra]. }
      pose proof (amplitude_lipschitz sigma sigma_pos (- rest) (g w)) as Lip.
      rewrite (Rabs_left1 (- rest - g w)) in Lip by lra.
      pose proof (Rle_abs (amplitude sigma (- rest) - amplitude sigma (g w))) as Ab.
      assert (rho * (amplitude sigma (- rest) - amplitude sigma (g w)) <= 1 * (rest + g w)).
      { apply Rle_trans with (rho * (rest + g w)); [apply Rmult_le_compat_l; lra | apply Rmult_le_compat_r; lra]. }
      assert (rho * length_of w <= length_of w * (w / tau)) by (rewrite Rmult_comm; apply Rmult_le_compat_l; lra).
      assert (0 <= top * (D / tau)).
      { pose proof (Rdiv_lt_0_compat D tau D_pos tau_pos). apply Rmult_le_pos; unfold top; lra. }
      unfold pace, moved. rewrite E in *. lra.
    - rewrite slope_over by lra. assert (0 <= length_of w * (w / tau)) by (apply Rmult_le_pos; lra). lra.
  Qed.

  (** What it is ahead of its mean pace, squared. *)
  Definition ahead (k : nat) (w : R) : R := pos (w - start - INR k * (alpha * pace)) ^ 2.
  Let C := (2 * top + pace) ^ 2.

  Lemma ahead_step k w : about w ->
    over w (fun i => ahead (S k) (ald tau w (- alpha * sample w i))) <= ahead k w + alpha ^ 2 * C.
  Proof.
    intros N. pose proof pace_nonneg as P. set (z := w - start - INR k * (alpha * pace)).
    set (u := length_of w * (w / tau)).
    assert (Next : forall i, ahead (S k) (ald tau w (- alpha * sample w i))
      = pos (z + alpha * (- sample w i - u - pace)) ^ 2).
    { intros i. unfold ahead. rewrite next, S_INR. f_equal. f_equal. unfold z, u. ring. }
    assert (Short : forall i, (alpha * (- sample w i - u - pace)) ^ 2 <= alpha ^ 2 * C).
    { intros i. rewrite Rpow_mult_distr. apply Rmult_le_compat_l; [apply pow2_ge_0|].
      rewrite <- (pow2_abs (- sample w i - u - pace)). apply pow_incr. split; [apply Rabs_pos|].
      replace (- sample w i - u - pace) with (- (sample w i + u) + - pace) by ring.
      apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_Ropp, (Rabs_pos_eq pace) by exact P.
      pose proof (step_short w i N). unfold u. lra. }
    unfold ahead at 2. fold z. destruct (Rle_or_lt 0 z) as [Z|Z].
    - assert (H : start <= w).
      { pose proof (pos_INR k). assert (0 <= INR k * (alpha * pace)) by (apply Rmult_le_pos; [lra|];
          apply Rmult_le_pos; lra). unfold z in Z. lra. }
      replace (pos z) with z by (destruct (pos_cases z) as [[_ ->]|[? ->]]; lra).
      apply Rle_trans with ((z ^ 2 + alpha ^ 2 * C - 2 * z * alpha * (u + pace))
        + 2 * z * alpha * - over w (sample w)).
      + apply over_le. intros i. rewrite Next. specialize (Short i).
        set (e := alpha * (- sample w i - u - pace)) in *.
        assert (pos (z + e) ^ 2 <= (z + e) ^ 2)
          by (destruct (pos_cases (z + e)) as [[_ ->]|[_ ->]]; [lra|]; pose proof (pow2_ge_0 (z + e)); lra).
        replace (2 * z * alpha * - sample w i) with (2 * z * e + 2 * z * alpha * (u + pace)) by (unfold e; ring). lra.
      + rewrite sample_mean. pose proof (mean_step_short w H) as M. fold u in M.
        assert (0 <= 2 * z * alpha * (pace + g w + u)) by (apply Rmult_le_pos; [apply Rmult_le_pos|]; lra). lra.
    - replace (pos z) with 0 by (destruct (pos_cases z) as [[? ->]|[_ ->]]; lra).
      apply Rle_trans with ((0 ^ 2 + alpha ^ 2 * C) + 0 * - over w (sample w)); [|lra].
      apply over_le. intros i. rewrite Next. specialize (Short i).
      set (e := alpha * (- sample w i - u - pace)) in *.
      assert (pos (z + e) ^ 2 <= e ^ 2) by (destruct (pos_cases (z + e)) as [[? ->]|[_ ->]]; nra). lra.
  Qed.

  Lemma mean_ahead k : mean draws k (fun h => ahead k (fallen h)) <= INR k * (alpha ^ 2 * C).
  Proof.
    induction k as [|k IH].
    - simpl mean. unfold ahead. simpl fallen. simpl INR. replace (start - start - 0 * (alpha * pace)) with 0 by ring.
      destruct (pos_cases 0) as [[_ ->]|[_ ->]]; lra.
    - simpl (mean draws (S k) _).
      apply Rle_trans with (mean draws k (fun h => alpha ^ 2 * C + ahead k (fallen h))).
      + apply mean_le. intros h _. pose proof (ahead_step k (fallen h) (always_about h)) as St.
        change (over (fallen h) (fun i => ahead (S k) (ald tau (fallen h) (- alpha * sample (fallen h) i)))
          <= alpha ^ 2 * C + ahead k (fallen h)). lra.
      + rewrite mean_plus, (mean_const draws k (alpha ^ 2 * C)), S_INR. lra.
  Qed.

  (** Where the slope is not [rest], it is far ahead. *)
  Lemma mean_slope K k room : (k < K)%nat -> 0 < room -> INR K * (alpha * pace) + room <= D ->
    rest ^ 2 - rest ^ 2 * (INR K * (alpha ^ 2 * C) / room ^ 2) <= mean draws k (fun h => g (fallen h) ^ 2).
  Proof.
    intros Hk Hroom Fits. pose proof pace_nonneg as P. assert (R2 : 0 < room ^ 2) by (apply pow_lt; exact Hroom).
    assert (KK : INR k <= INR K) by (apply le_INR; lia).
    apply Rle_trans with (mean draws k (fun h => rest ^ 2 + - (rest ^ 2 / room ^ 2) * ahead k (fallen h))).
    - rewrite mean_plus, (mean_const draws k (rest ^ 2)), mean_scal. pose proof (mean_ahead k) as M.
      assert (Q : 0 <= rest ^ 2 / room ^ 2) by (apply div_nonneg; [apply pow2_ge_0 | exact R2]).
      apply (Rmult_le_compat_l (rest ^ 2 / room ^ 2)) in M; [|exact Q].
      assert (Ck : INR k * (alpha ^ 2 * C) <= INR K * (alpha ^ 2 * C)).
      { apply Rmult_le_compat_r; [|exact KK]. apply Rmult_le_pos; apply pow2_ge_0. }
      apply (Rmult_le_compat_l (rest ^ 2 / room ^ 2)) in Ck; [|exact Q].
      replace (rest ^ 2 * (INR K * (alpha ^ 2 * C) / room ^ 2)) with (rest ^ 2 / room ^ 2 * (INR K * (alpha ^ 2 * C)))
        by (field; lra). lra.
    - apply mean_le. intros h _. set (w := fallen h).
      replace (- (rest ^ 2 / room ^ 2) * ahead k w) with (- (rest ^ 2 * (ahead k w / room ^ 2))) by (field; lra).
      destruct (Rle_or_lt w edge) as [E|E].
      + rewrite (slope_on w E). assert (0 <= rest ^ 2 * (ahead k w / room ^ 2)).
        { apply Rmult_le_pos; [apply pow2_ge_0 | apply div_nonneg; [apply pow2_ge_0 | exact R2]]. }
        replace ((- rest) ^ 2) with (rest ^ 2) by ring. lra.
      + assert (Z : room <= w - start - INR k * (alpha * pace)).
        { assert (INR k * (alpha * pace) <= INR K * (alpha * pace))
            by (apply Rmult_le_compat_r; [apply Rmult_le_pos; lra | exact KK]). unfold edge in E. lra. }
        assert (1 <= ahead k w / room ^ 2).
        { apply Rmult_le_reg_r with (room ^ 2); [exact R2|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra.
          unfold ahead. destruct (pos_cases (w - start - INR k * (alpha * pace))) as [[_ ->]|[? ->]]; [|lra].
          rewrite Rmult_1_l, Rmult_1_r. apply pow_incr. lra. }
        pose proof (Rmult_le_compat_l _ _ _ (pow2_ge_0 rest) H). pose proof (pow2_ge_0 (g w)). lra.
  Qed.

  (** * The instance as the library sees it *)

  Definition height (w : line_space) : R := height_of (at0 w).
  Definition downhill (w : line_space) : line_space := put (slope_of (at0 w)).
  Definition drawn (w : line_space) (i : nat) : line_space := put (sample (at0 w) i).
  Definition fallen_to (h : history) : line_space := put (fallen h).

  Lemma height_gradient : has_gradient (fun _ => True) height downhill.
  Proof.
    intros w u t _. rewrite inner_one. apply (derives_of_remainder _ t _ (L * at0 u ^ 2)). intros h _.
    replace (height (line w u (t + h))) with (height_of (at0 (line w u t) + h * at0 u))
      by (unfold height, at0, line; f_equal; simpl; ring).
    change (at0 (downhill (line w u t))) with (g (at0 (line w u t))). unfold height.
    replace (g (at0 (line w u t)) * at0 u * h) with (g (at0 (line w u t)) * (h * at0 u)) by ring.
    apply Rle_trans with (1 := height_remainder _ _), Req_le. ring.
  Qed.

  Lemma height_smooth : lipschitz (fun _ => True) downhill L.
  Proof.
    intros w z _ _. rewrite !norm_line.
    replace (at0 (minus (downhill w) (downhill z))) with (g (at0 w) - g (at0 z))
      by (unfold downhill, minus, at0, put, g; simpl; ring).
    replace (at0 (minus w z)) with (at0 w - at0 z) by (unfold minus, at0; simpl; ring). apply slope_lipschitz.
  Qed.

  Lemma fall_meets rho' : far + m <= rho' * tau ->
    meets_assumptions draws height downhill drawn fallen_to alpha tau rho' L sigma.
  Proof.
    intros Sat. split; [intros h i k c; reflexivity|]. split; [exact height_gradient|].
    split; [exact height_smooth|]. split; [intros w; apply height_nonneg|].
    split; [intros h k c; exact (sample_mean (fallen h))|]. split.
    - intros h. apply Rle_trans with (2 := sample_spread (fallen h)), Req_le.
      change (given draws h (fun i => norm (minus (drawn (fallen_to h) i) (downhill (fallen_to h))) ^ 2)
        = given draws h (fun i => (sample (fallen h) i - g (fallen h)) ^ 2)).
      apply apply_ext. intros i _. rewrite norm_line, pow2_abs.
      unfold drawn, downhill, fallen_to, minus, at0, put, g. simpl. ring.
    - intros h k c. apply Rle_trans with (2 := Sat). exact (about_abs _ (always_about h)).
  Qed.

  Lemma fall_average K room : (0 < K)%nat -> 0 < room -> INR K * (alpha * pace) + room <= D ->
    rest ^ 2 - rest ^ 2 * (INR K * (alpha ^ 2 * C) / room ^ 2)
      <= average_squared_gradient draws 1 one K downhill fallen_to.
  Proof.
    intros HK Hroom Fits. unfold average_squared_gradient, mean_squared_gradient.
    assert (KP : 0 < INR K) by (apply lt_0_INR, HK).
    set (low := rest ^ 2 - rest ^ 2 * (INR K * (alpha ^ 2 * C) / room ^ 2)).
    apply Rle_trans with (/ INR K * sum K (fun _ => low)); [rewrite sum_const; right; field; lra|].
    apply Rmult_le_compat_l; [left; now apply Rinv_0_lt_compat|]. apply sum_le. intros k Hk.
    rewrite (mean_ext draws k _ (fun h => g (fallen h) ^ 2)); [now apply mean_slope|].
    intros h. rewrite inner_one. unfold downhill, fallen_to, at0, put, g. ring.
  Qed.
End instance.
