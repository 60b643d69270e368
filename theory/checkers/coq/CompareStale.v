(** The claims about windows and staleness, as Compare.v has those of algebra: each is the statement that is written
    from the claim, derived from the library's theorem.  Names are those of the claim; [Smp], [Len] are the sampler and
    the number of steps, [Stg] the stages.  In a section, a claim follows from all hypotheses above it. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Compare.
Local Open Scope R_scope.

(** * Vectors are what inner products see of them *)

Lemma norm_seen {H : space} (u w : H) : (forall z, inner u z = inner w z) -> norm u = norm w.
Proof. intros E. unfold norm. f_equal. now rewrite E, inner_sym, E. Qed.

Lemma sum_seen {H : space} (P omega : nat -> H) (S : nat -> R) N :
  (forall z, inner (P 0%nat) z = 0) ->
  (forall i z, inner (P (Datatypes.S i)) z = inner (P i) z + S i * inner (omega i) z) ->
  forall z, inner (P N) z = inner (row N S omega) z.
Proof.
  intros Start Next. induction N as [|N IH]; intros z; [rewrite Start; symmetry; apply inner_zero|].
  rewrite Next, IH. unfold row. simpl. now rewrite inner_plus, inner_scal.
Qed.

Lemma sum_is (f t : nat -> R) N : f 0%nat = 0 -> (forall i, f (S i) = f i + t i) -> f N = sum N t.
Proof. intros Start Next. induction N as [|N IH]; [exact Start|]. now rewrite Next, IH. Qed.

Lemma square {H : space} (u : H) alpha c : norm u <= alpha * c -> inner u u <= alpha ^ 2 * c ^ 2.
Proof. rewrite <- Rpow_mult_distr. apply square_at_most. Qed.

(** * Windows *)

(** A sequence that has not begun at the empty history. *)
Definition begun {P K} {H : space} (X : process P K H) : process P K H :=
  fun h => match h with nil => zero | x :: l => X (x :: l) end.

Lemma begun_norm {P K} {H : space} (X : process P K H) : norm (begun X) = norm X.
Proof.
  apply (lift_norm_ext (average P K) (fun _ => H) (fun _ => H)). intros [|i h] [_ L]; [simpl in L; lia | reflexivity].
Qed.

Lemma begun_zero {P K} {H : space} (X : process P K H) w : inner (begun X nil) w = 0.
Proof. apply inner_zero. Qed.

Lemma begun_differences {P K} {H : space} (n : process P K H) :
  differences P K H n -> martingale_difference P K (begun n).
Proof. intros D h w. exact (D h w). Qed.

Lemma window_seen {P K} {H : space} (X : process P K H) (w U : nat -> process P K H) :
  (forall k h, taken P K h -> w k h = delayed P K H (k + 1) X h) ->
  (forall z, inner (U 0%nat) z = 0) -> (forall k z, inner (U (S k)) z = inner (U k) z + inner (w k) z) ->
  forall d z, inner (U d) z = inner (window P K d (begun X)) z.
Proof.
  intros Delay Start Next d. induction d as [|d IH]; intros z; [rewrite Start; symmetry; apply inner_zero|].
  rewrite Next, IH. change (window P K (S d) (begun X)) with (plus (window P K d (begun X)) (shift P K (S d) (begun
    X))).
  rewrite inner_plus. f_equal.
  apply average_taken. intros h T. rewrite (Delay d h T), Nat.add_1_r. reflexivity.
Qed.

Lemma compare_window_coherent (Smp : sampler) (Len : nat) {H : space} (c_m : R) (U : nat -> process Smp Len H)
  (v_m : process Smp Len H) (w : nat -> process Smp Len H) :
  (forall k h, taken Smp Len h -> w k h = delayed Smp Len H (k + 1) v_m h) ->
  (forall z, inner (U 0%nat) z = 0) -> (forall k z, inner (U (S k)) z = inner (U k) z + inner (w k) z) ->
  0 <= c_m -> inner v_m v_m <= c_m ^ 2 -> forall d, inner (U d) (U d) <= c_m ^ 2 * INR d ^ 2.
Proof.
  intros Delay Start Next Hc V d. rewrite <- Rpow_mult_distr. apply square_at_most.
  rewrite (norm_seen _ _ (window_seen v_m w U Delay Start Next d)).
  apply Rle_trans with (1 := window_coherent Smp Len (begun v_m) d (begun_zero _ _)).
  rewrite begun_norm, Rmult_comm. apply Rmult_le_compat_r; [apply pos_INR | now apply norm_le].
Qed.

Lemma compare_window_martingale (Smp : sampler) (Len : nat) {H : space} (c_m : R) (W : nat -> process Smp Len H)
  (n_m : process Smp Len H) (z : nat -> process Smp Len H) :
  differences Smp Len H n_m -> (forall k h, taken Smp Len h -> z k h = delayed Smp Len H (k + 1) n_m h) ->
  (forall y, inner (W 0%nat) y = 0) -> (forall k y, inner (W (S k)) y = inner (W k) y + inner (z k) y) ->
  0 <= c_m -> inner n_m n_m <= c_m ^ 2 -> forall d, inner (W d) (W d) <= INR d * c_m ^ 2.
Proof.
  intros D Delay Start Next Hc V d. rewrite <- (pow2_sqrt (INR d)), <- Rpow_mult_distr by apply pos_INR.
  apply square_at_most. rewrite (norm_seen _ _ (window_seen n_m z W Delay Start Next d)).
  apply Rle_trans with (1 := window_martingale Smp Len _ d (begun_differences n_m D) (begun_zero n_m)).
  rewrite begun_norm. apply Rmult_le_compat_l; [apply sqrt_pos | now apply norm_le].
Qed.

(** |U + W|^2, written out, is that of the windows. *)
Lemma both_windows {P K} {H : space} (v n : process P K H) (w U z W : nat -> process P K H) d :
  (forall k h, taken P K h -> w k h = delayed P K H (k + 1) v h) ->
  (forall y, inner (U 0%nat) y = 0) -> (forall k y, inner (U (S k)) y = inner (U k) y + inner (w k) y) ->
  (forall k h, taken P K h -> z k h = delayed P K H (k + 1) n h) ->
  (forall y, inner (W 0%nat) y = 0) -> (forall k y, inner (W (S k)) y = inner (W k) y + inner (z k) y) ->
  inner (U d) (U d) + inner (W d) (W d) + 2 * inner (U d) (W d)
    = norm (plus (window P K d (begun v)) (window P K d (begun n))) ^ 2.
Proof.
  intros D S N D' S' N'. pose proof (window_seen v w U D S N d) as E. pose proof (window_seen n z W D' S' N' d) as E'.
  rewrite norm_sq, inner_plus, !inner_plus_r, <- !E, <- !E', (inner_sym (W d) (window _ _ _ _)), <- E.
  rewrite (inner_sym (U d) (window _ _ _ (begun v))), <- E, (inner_sym (U d) (window _ _ _ _)), <- E'.
  rewrite (inner_sym (W d) (window _ _ _ (begun n))), <- E', (inner_sym (W d) (U d)). ring.
Qed.

Lemma compare_window_displacement (Smp : sampler) (Len : nat) {H : space} (c_m s_m : R) (sqrt_d : nat -> R)
  (U W : nat -> process Smp Len H) (n_m v_m : process Smp Len H) (w z : nat -> process Smp Len H) (d_m : nat) :
  differences Smp Len H n_m -> (forall k h, taken Smp Len h -> w k h = delayed Smp Len H (k + 1) v_m h) ->
  (forall k h, taken Smp Len h -> z k h = delayed Smp Len H (k + 1) n_m h) ->
  (forall y, inner (U 0%nat) y = 0) -> (forall k y, inner (U (S k)) y = inner (U k) y + inner (w k) y) ->
  (forall y, inner (W 0%nat) y = 0) -> (forall k y, inner (W (S k)) y = inner (W k) y + inner (z k) y) ->
  0 <= sqrt_d d_m -> sqrt_d d_m ^ 2 = INR d_m -> 0 <= c_m -> 0 <= s_m ->
  inner v_m v_m <= c_m ^ 2 -> inner n_m n_m <= s_m ^ 2 ->
  inner (U d_m) (U d_m) + inner (W d_m) (W d_m) + 2 * inner (U d_m) (W d_m)
    <= (c_m * INR d_m + s_m * sqrt_d d_m) ^ 2.
Proof.
  intros D Dw Dz SU NU SW NW Hd Ed Hc Hs V N. rewrite (both_windows v_m n_m w U z W d_m); try assumption.
  apply pow_incr. split; [apply norm_nonneg|].
  apply Rle_trans with (1 := window_displacement Smp Len _ _ d_m (begun_zero v_m _) (begun_differences n_m D)
    (begun_zero n_m)). rewrite !begun_norm, (root_is _ _ Hd Ed), !(Rmult_comm _ (norm _)).
  apply Rplus_le_compat; apply Rmult_le_compat_r; try apply pos_INR; try assumption; now apply norm_le.
Qed.

Lemma compare_stale_pathwise {H : space} (beta pi : R) (b_mk : H) :
  0 <= beta -> beta ^ 2 = inner b_mk b_mk -> beta <= pi -> inner b_mk b_mk <= pi ^ 2.
Proof. intros Hb E L. apply square_at_most. unfold norm. now rewrite (root_is beta). Qed.

(** * Rows: how far the stages moved, weighed by the sensitivity *)

Section rows.
  Variables (Smp : sampler) (Len : nat).
  Context {H : space}.
  Variables (v_m : nat -> process Smp Len H) (w U : nat -> nat -> process Smp Len H).
  Variables (c_m : nat -> R) (alpha : R) (d_m : nat -> nat).
  Hypothesis w_is : forall k j h, taken Smp Len h -> w k j h = delayed Smp Len H (k + 1) (v_m j) h.
  Hypothesis U_start : forall j y, inner (U 0%nat j) y = 0.
  Hypothesis U_next : forall k j y, inner (U (S k) j) y = inner (U k j) y + inner (w k j) y.
  Hypothesis c_nonneg : forall j, 0 <= c_m j.
  Hypothesis v_short : forall j, inner (v_m j) (v_m j) <= c_m j ^ 2.
  Hypothesis alpha_pos : 0 < alpha.

  Lemma v_begun j : norm (begun (v_m j)) <= c_m j.
  Proof. rewrite begun_norm. now apply norm_le. Qed.

  (** ** Without noise *)

  Lemma far_whole {V : space} (omega : nat -> V) j :
    inner (omega j) (omega j) <= inner (U (d_m j) j) (U (d_m j) j) * alpha ^ 2 ->
    norm (omega j) <= alpha * norm (window Smp Len (d_m j) (begun (v_m j))).
  Proof.
    intros L. pose proof (window_seen (v_m j) (fun k => w k j) (fun k => U k j) (fun k => w_is k j) (U_start j)
      (fun k => U_next k j) (d_m j)) as E. rewrite <- (norm_seen _ _ E).
    apply norm_le; [apply Rmult_le_pos; [lra | apply norm_nonneg]|]. rewrite Rpow_mult_distr, norm_sq. lra.
  Qed.

  Section whole_row.
    Variable S_mj : nat -> R.
    Variable gamma : nat -> R.
    Hypothesis gamma_start : gamma 0%nat = 0.
    Hypothesis gamma_next : forall j, gamma (S j) = gamma j + S_mj j * c_m j * INR (d_m j).
    Hypothesis S_nonneg : forall j, 0 <= S_mj j.

    Lemma gamma_is i : gamma i = coherent_part i d_m c_m S_mj.
    Proof.
      rewrite (sum_is gamma _ i gamma_start gamma_next). apply sum_ext. intros. ring.
    Qed.

    Section partial.
      Context {V : space}.
      Variables P omega : nat -> V.
      Hypothesis P_start : forall y, inner (P 0%nat) y = 0.
      Hypothesis P_next : forall i y, inner (P (S i)) y = inner (P i) y + S_mj i * inner (omega i) y.
      Hypothesis far : forall j, inner (omega j) (omega j) <= inner (U (d_m j) j) (U (d_m j) j) * alpha ^ 2.

      Lemma compare_stale_whole_partial : forall i, inner (P i) (P i) <= alpha ^ 2 * gamma i ^ 2.
      Proof using All.
        intros i. apply square. rewrite (norm_seen _ _ (sum_seen P omega S_mj i P_start P_next)), gamma_is.
        apply (row_le_whole Smp Len i (fun _ => H) (fun j => begun (v_m j)) d_m c_m alpha (Rlt_le _ _ alpha_pos));
          auto using far_whole, v_begun, begun_zero.
      Qed.
    End partial.

    Section row.
      Context {V : space}.
      Variables (P omega : nat -> process Smp Len real_space) (pi : nat -> history -> R).
      Variables (b_m : process Smp Len V) (b_mk : history -> V) (beta : history -> R) (i : nat).
      Hypothesis b_at : forall h, taken Smp Len h -> forall y, inner (b_mk h) y = inner (b_m h) y.
      Hypothesis pi_at : forall i h, taken Smp Len h -> pi i h = (P i h : R).
      Hypothesis P_start : forall y, inner (P 0%nat) y = 0.
      Hypothesis P_next : forall i y, inner (P (S i)) y = inner (P i) y + S_mj i * inner (omega i) y.
      Hypothesis far : forall j, inner (omega j) (omega j) <= inner (U (d_m j) j) (U (d_m j) j) * alpha ^ 2.
      Hypothesis beta_nonneg : forall h, taken Smp Len h -> 0 <= beta h.
      Hypothesis beta_is : forall h, taken Smp Len h -> beta h ^ 2 = inner (b_mk h) (b_mk h).
      Hypothesis below : forall h, taken Smp Len h -> beta h <= pi i h.

      Lemma compare_stale_whole_row : inner b_m b_m <= alpha ^ 2 * gamma i ^ 2.
      Proof using All.
        apply square. rewrite gamma_is.
        apply (stage_le_whole Smp Len i (fun _ => H) (fun j => begun (v_m j)) d_m c_m alpha (Rlt_le _ _ alpha_pos))
          with (pi := P i) (omega := omega); auto using far_whole, v_begun, begun_zero.
        - intros h T. rewrite <- (norm_seen _ _ (b_at h T)), <- (pi_at i h T). unfold norm.
          rewrite (root_is (beta h)) by auto. now apply below.
        - now apply sum_seen.
      Qed.
    End row.
  End whole_row.

  (** The same with a row for each stage. *)
  Section whole_stages.
    Variables (TS : Type) (Stg : functional TS).
    Context {V Z : space}.
    Variables (S_mj gamma : nat -> TS -> R) (Sdv : nat -> lift Stg (fun _ => real_space)).
    Variables (P omega : nat -> TS -> process Smp Len real_space) (pi : nat -> TS -> history -> R).
    Variables (b : lift Stg (fun _ => process Smp Len V)) (b_m : TS -> process Smp Len V) (b_mk : TS -> history -> V).
    Variables (beta : TS -> history -> R) (i : nat) (v : Z) (Lambda1 : R).
    Hypothesis b_at : forall m, support Stg m -> forall h, taken Smp Len h ->
      forall y, inner (b_mk m h) y = inner (b_m m h) y.
    Hypothesis pi_at : forall i m, support Stg m -> forall h, taken Smp Len h -> pi i m h = (P i m h : R).
    Hypothesis b_stage : forall m, support Stg m -> forall y, inner (b_m m) y = inner (b m) y.
    Hypothesis gamma_at : forall i m, support Stg m -> gamma i m = (Sdv i m : R).
    Hypothesis gamma_start : forall m, support Stg m -> gamma 0%nat m = 0.
    Hypothesis gamma_next : forall j m, support Stg m ->
      gamma (S j) m = gamma j m + S_mj j m * c_m j * INR (d_m j).
    Hypothesis P_start : forall m, support Stg m -> forall y, inner (P 0%nat m) y = 0.
    Hypothesis P_next : forall i m, support Stg m ->
      forall y, inner (P (S i) m) y = inner (P i m) y + S_mj i m * inner (omega i m) y.
    Hypothesis S_nonneg : forall j m, support Stg m -> 0 <= S_mj j m.
    Hypothesis far : forall j m, support Stg m ->
      inner (omega j m) (omega j m) <= inner (U (d_m j) j) (U (d_m j) j) * alpha ^ 2.
    Hypothesis beta_nonneg : forall m, support Stg m -> forall h, taken Smp Len h -> 0 <= beta m h.
    Hypothesis beta_is : forall m, support Stg m -> forall h, taken Smp Len h ->
      beta m h ^ 2 = inner (b_mk m h) (b_mk m h).
    Hypothesis below : forall m, support Stg m -> forall h, taken Smp Len h -> beta m h <= pi i m h.
    Hypothesis Lambda1_nonneg : 0 <= Lambda1.
    Hypothesis coherent : inner (Sdv i) (Sdv i) <= inner v v * Lambda1 ^ 2.

    Lemma compare_stale_minkowski : inner b b <= inner v v * Lambda1 ^ 2 * alpha ^ 2.
    Proof using All.
      replace (inner v v * Lambda1 ^ 2 * alpha ^ 2) with (alpha ^ 2 * (Lambda1 * norm v) ^ 2)
        by (rewrite Rpow_mult_distr, norm_sq; ring). apply square.
      replace (norm b) with (norm (b_m : lift Stg (fun _ => process Smp Len V))).
      2:{ apply lift_norm_ext. intros m Hm. rewrite b_stage, inner_sym, b_stage by exact Hm. reflexivity. }
      apply (staleness_whole Smp Len i (fun _ => H) (fun j => begun (v_m j)) d_m c_m alpha (Rlt_le _ _ alpha_pos)
        (fun j _ => begun_zero (v_m j) _) (fun j _ => v_begun j) Stg (fun _ => V))
        with (pi := P i) (S := fun m j => S_mj j m) (omega := fun m j => omega j m).
      - intros. now apply S_nonneg.
      - intros m j Hm _. apply (far_whole (fun j => omega j m)). now apply far.
      - intros m h Hm T. rewrite <- (norm_seen _ _ (b_at m Hm h T)), <- (pi_at i m Hm h T). unfold norm.
        rewrite (root_is (beta m h)) by auto. now apply below.
      - intros m Hm. apply (sum_seen (fun i => P i m) (fun j => omega j m)); auto.
      - replace (norm _) with (norm (Sdv i)).
        + apply norm_le; [apply Rmult_le_pos; [exact Lambda1_nonneg | apply norm_nonneg]|].
          rewrite Rpow_mult_distr, norm_sq. lra.
        + apply lift_norm_ext. intros m Hm. rewrite <- gamma_at by exact Hm.
          rewrite (sum_is (fun i => gamma i m) _ i (gamma_start m Hm) (fun j => gamma_next j m Hm)).
          unfold coherent_part. now rewrite (sum_ext i _ (fun j => S_mj j m * (INR (d_m j) * c_m j))) by (intros; ring).
    Qed.
  End whole_stages.

  (** ** With noise *)

  Variables (n_m : nat -> process Smp Len H) (z W : nat -> nat -> process Smp Len H).
  Variables (s_m : nat -> R) (sqrt_d : nat -> nat -> R).
  Hypothesis n_differences : forall j, differences Smp Len H (n_m j).
  Hypothesis z_is : forall k j h, taken Smp Len h -> z k j h = delayed Smp Len H (k + 1) (n_m j) h.
  Hypothesis W_start : forall j y, inner (W 0%nat j) y = 0.
  Hypothesis W_next : forall k j y, inner (W (S k) j) y = inner (W k j) y + inner (z k j) y.
  Hypothesis s_nonneg : forall j, 0 <= s_m j.
  Hypothesis n_short : forall j, inner (n_m j) (n_m j) <= s_m j ^ 2.
  Hypothesis root_nonneg : forall j, 0 <= sqrt_d (d_m j) j.
  Hypothesis root_squared : forall j, sqrt_d (d_m j) j ^ 2 = INR (d_m j).

  Lemma n_begun j : norm (begun (n_m j)) <= s_m j.
  Proof. rewrite begun_norm. now apply norm_le. Qed.

  Lemma far_noisy {V : space} (omega : nat -> V) j :
    inner (omega j) (omega j) <= alpha ^ 2 * (inner (U (d_m j) j) (U (d_m j) j) + inner (W (d_m j) j) (W (d_m j) j)
      + 2 * inner (U (d_m j) j) (W (d_m j) j)) ->
    norm (omega j) <= alpha
      * norm (plus (window Smp Len (d_m j) (begun (v_m j))) (window Smp Len (d_m j) (begun (n_m j)))).
  Proof.
    intros L. apply norm_le; [apply Rmult_le_pos; [lra | apply norm_nonneg]|]. rewrite Rpow_mult_distr.
    rewrite <- (both_windows (v_m j) (n_m j) (fun k => w k j) (fun k => U k j) (fun k => z k j) (fun k => W k j));
      auto.
  Qed.

  Lemma gamma_noisy S_mj (gamma : nat -> R) i :
    gamma 0%nat = 0 -> (forall j, gamma (S j) = gamma j + S_mj j * c_m j * INR (d_m j)) ->
    gamma i = coherent_part i d_m c_m S_mj.
  Proof. intros Start Next. rewrite (sum_is gamma _ i Start Next). apply sum_ext. intros. ring. Qed.

  Lemma chi_is S_mj (chi : nat -> R) i :
    chi 0%nat = 0 -> (forall j, chi (S j) = chi j + S_mj j * s_m j * sqrt_d (d_m j) j) ->
    chi i = martingale_part i d_m s_m S_mj.
  Proof.
    intros Start Next. rewrite (sum_is chi _ i Start Next). apply sum_ext. intros j _.
    rewrite (root_is _ _ (root_nonneg j) (root_squared j)). ring.
  Qed.

  Section row.
    Variables S_mj gamma chi : nat -> R.
    Hypothesis gamma_start : gamma 0%nat = 0.
    Hypothesis gamma_next : forall j, gamma (S j) = gamma j + S_mj j * c_m j * INR (d_m j).
    Hypothesis chi_start : chi 0%nat = 0.
    Hypothesis chi_next : forall j, chi (S j) = chi j + S_mj j * s_m j * sqrt_d (d_m j) j.
    Hypothesis S_nonneg : forall j, 0 <= S_mj j.

    Section partial.
      Context {V : space}.
      Variables P omega : nat -> V.
      Hypothesis P_start : forall y, inner (P 0%nat) y = 0.
      Hypothesis P_next : forall i y, inner (P (S i)) y = inner (P i) y + S_mj i * inner (omega i) y.
      Hypothesis far : forall j, inner (omega j) (omega j) <= alpha ^ 2 * (inner (U (d_m j) j) (U (d_m j) j)
        + inner (W (d_m j) j) (W (d_m j) j) + 2 * inner (U (d_m j) j) (W (d_m j) j)).

      Lemma compare_stale_partial : (forall i, 0 <= gamma i) /\ (forall i, 0 <= chi i) /\
        (forall i, inner (P i) (P i) <= alpha ^ 2 * (chi i + gamma i) ^ 2).
      Proof using All.
        repeat split; intros i.
        - rewrite (sum_is gamma _ i gamma_start gamma_next). apply sum_nonneg. intros.
          repeat apply Rmult_le_pos; auto using pos_INR.
        - rewrite (sum_is chi _ i chi_start chi_next). apply sum_nonneg. intros. repeat apply Rmult_le_pos; auto.
        - apply square. rewrite (norm_seen _ _ (sum_seen P omega S_mj i P_start P_next)).
          rewrite (gamma_noisy S_mj gamma i), (chi_is S_mj chi i), Rplus_comm by assumption.
          apply (row_le Smp Len i (fun _ => H) (fun j => begun (v_m j)) (fun j => begun (n_m j)) d_m c_m s_m alpha
            (Rlt_le _ _ alpha_pos)); auto using far_noisy, v_begun, n_begun, begun_zero, begun_differences.
      Qed.
    End partial.

    Section stage.
      Context {V : space}.
      Variables (P omega : nat -> process Smp Len real_space) (pi : nat -> history -> R).
      Variables (b_m : process Smp Len V) (b_mk : history -> V) (beta : history -> R) (i : nat).
      Hypothesis b_at : forall h, taken Smp Len h -> forall y, inner (b_mk h) y = inner (b_m h) y.
      Hypothesis pi_at : forall i h, taken Smp Len h -> pi i h = (P i h : R).
      Hypothesis P_start : forall y, inner (P 0%nat) y = 0.
      Hypothesis P_next : forall i y, inner (P (S i)) y = inner (P i) y + S_mj i * inner (omega i) y.
      Hypothesis far : forall j, inner (omega j) (omega j) <= alpha ^ 2 * (inner (U (d_m j) j) (U (d_m j) j)
        + inner (W (d_m j) j) (W (d_m j) j) + 2 * inner (U (d_m j) j) (W (d_m j) j)).
      Hypothesis beta_nonneg : forall h, taken Smp Len h -> 0 <= beta h.
      Hypothesis beta_is : forall h, taken Smp Len h -> beta h ^ 2 = inner (b_mk h) (b_mk h).
      Hypothesis below : forall h, taken Smp Len h -> beta h <= pi i h.

      Lemma compare_stale_row : inner b_m b_m <= alpha ^ 2 * (chi i + gamma i) ^ 2.
      Proof using All.
        apply square. rewrite (gamma_noisy S_mj gamma i), (chi_is S_mj chi i), Rplus_comm by assumption.
        apply (stage_le Smp Len i (fun _ => H) (fun j => begun (v_m j)) (fun j => begun (n_m j)) d_m c_m s_m alpha
          (Rlt_le _ _ alpha_pos)) with (pi := P i) (omega := omega);
          auto using far_noisy, v_begun, n_begun, begun_zero, begun_differences.
        - intros h T. rewrite <- (norm_seen _ _ (b_at h T)), <- (pi_at i h T). unfold norm.
          rewrite (root_is (beta h)) by auto. now apply below.
        - now apply sum_seen.
      Qed.
    End stage.
  End row.

  Section stages.
    Variables (TS : Type) (Stg : functional TS).
    Context {V : space}.
    Variables (S_mj gamma chi : nat -> TS -> R) (Sdv Shn : nat -> lift Stg (fun _ => real_space)).
    Variables (P omega : nat -> TS -> process Smp Len real_space) (pi : nat -> TS -> history -> R).
    Variables (b : lift Stg (fun _ => process Smp Len V)) (b_m : TS -> process Smp Len V) (b_mk : TS -> history -> V).
    Variables (beta : TS -> history -> R) (i : nat) (Lambda1 Y nu : R).
    Hypothesis b_at : forall m, support Stg m -> forall h, taken Smp Len h ->
      forall y, inner (b_mk m h) y = inner (b_m m h) y.
    Hypothesis pi_at : forall i m, support Stg m -> forall h, taken Smp Len h -> pi i m h = (P i m h : R).
    Hypothesis b_stage : forall m, support Stg m -> forall y, inner (b_m m) y = inner (b m) y.
    Hypothesis gamma_at : forall i m, support Stg m -> gamma i m = (Sdv i m : R).
    Hypothesis chi_at : forall i m, support Stg m -> chi i m = (Shn i m : R).
    Hypothesis gamma_start : forall m, support Stg m -> gamma 0%nat m = 0.
    Hypothesis gamma_next : forall j m, support Stg m ->
      gamma (S j) m = gamma j m + S_mj j m * c_m j * INR (d_m j).
    Hypothesis chi_start : forall m, support Stg m -> chi 0%nat m = 0.
    Hypothesis chi_next : forall j m, support Stg m ->
      chi (S j) m = chi j m + S_mj j m * s_m j * sqrt_d (d_m j) j.
    Hypothesis P_start : forall m, support Stg m -> forall y, inner (P 0%nat m) y = 0.
    Hypothesis P_next : forall i m, support Stg m ->
      forall y, inner (P (S i) m) y = inner (P i m) y + S_mj i m * inner (omega i m) y.
    Hypothesis S_nonneg : forall j m, support Stg m -> 0 <= S_mj j m.
    Hypothesis far : forall j m, support Stg m -> inner (omega j m) (omega j m) <= alpha ^ 2 *
      (inner (U (d_m j) j) (U (d_m j) j) + inner (W (d_m j) j) (W (d_m j) j) + 2 * inner (U (d_m j) j) (W (d_m j) j)).
    Hypothesis beta_nonneg : forall m, support Stg m -> forall h, taken Smp Len h -> 0 <= beta m h.
    Hypothesis beta_is : forall m, support Stg m -> forall h, taken Smp Len h ->
      beta m h ^ 2 = inner (b_mk m h) (b_mk m h).
    Hypothesis below : forall m, support Stg m -> forall h, taken Smp Len h -> beta m h <= pi i m h.
    Hypothesis Y_nonneg : 0 <= Y.
    Hypothesis Lambda1_nonneg : 0 <= Lambda1.
    Hypothesis nu_nonneg : 0 <= nu.
    Hypothesis coherent : inner (Sdv i) (Sdv i) <= Lambda1 ^ 2 * Y ^ 2.
    Hypothesis martingale : inner (Shn i) (Shn i) <= nu ^ 2.

    Theorem stages_stale : norm b <= alpha * (Lambda1 * Y + nu).
    Proof.
      replace (norm b) with (norm (b_m : lift Stg (fun _ => process Smp Len V))).
      2:{ apply lift_norm_ext. intros m Hm. rewrite b_stage, inner_sym, b_stage by exact Hm. reflexivity. }
      apply (staleness Smp Len i (fun _ => H) (fun j => begun (v_m j)) (fun j => begun (n_m j)) d_m c_m s_m alpha
        (Rlt_le _ _ alpha_pos) (fun j _ => begun_zero (v_m j) _) (fun j _ => v_begun j) (fun j _ => begun_zero (n_m j))
        (fun j _ => begun_differences (n_m j) (n_differences j)) (fun j _ => n_begun j) Stg (fun _ => V))
        with (pi := P i) (S := fun m j => S_mj j m) (omega := fun m j => omega j m).
      - intros. now apply S_nonneg.
      - intros m j Hm _. apply (far_noisy (fun j => omega j m)). now apply far.
      - intros m h Hm T. rewrite <- (norm_seen _ _ (b_at m Hm h T)), <- (pi_at i m Hm h T). unfold norm.
        rewrite (root_is (beta m h)) by auto. now apply below.
      - intros m Hm. apply (sum_seen (fun i => P i m) (fun j => omega j m)); auto.
      - replace (norm _) with (norm (Sdv i)).
        + apply norm_le; [now apply Rmult_le_pos|]. now rewrite Rpow_mult_distr.
        + apply lift_norm_ext. intros m Hm. rewrite <- gamma_at by exact Hm.
          now rewrite (gamma_noisy (fun j => S_mj j m) (fun i => gamma i m)) by auto.
      - replace (norm _) with (norm (Shn i)); [now apply norm_le|].
        apply lift_norm_ext. intros m Hm. rewrite <- chi_at by exact Hm.
        now rewrite (chi_is (fun j => S_mj j m) (fun i => chi i m)) by auto.
    Qed.

    Section martingale.
      Context {Z : space}.
      Variable v : Z.
      Hypothesis Y_is : Y ^ 2 = inner v v.

      Lemma compare_stale_martingale : inner b b <= alpha ^ 2 * (nu + Lambda1 * Y) ^ 2.
      Proof using All. apply square. rewrite (Rplus_comm nu). exact stages_stale. Qed.
    End martingale.
  End stages.
End rows.
